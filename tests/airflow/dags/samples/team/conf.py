CONN = "team_db"
