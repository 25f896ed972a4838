COUNT = "SELECT count(*) FROM team.facts"
