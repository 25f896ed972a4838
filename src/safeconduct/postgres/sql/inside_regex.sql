SELECT ($1 COLLATE "C" ~ $2)::text
