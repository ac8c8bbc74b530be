use super::super::broken;

#[test]
fn tied_tables_pass() {
    for sql in [
        "SELECT a FROM users WHERE tenant_id = $1 AND user_id = $2",
        "SELECT a FROM users WHERE $1 = tenant_id",
        "SELECT a FROM users WHERE a > $1 AND (tenant_id = $2 AND (b = $3 OR c = $4))",
        "SELECT u.a FROM users AS u WHERE u.tenant_id = $1",
        "SELECT u.a FROM users u JOIN keys k ON k.tenant_id = u.tenant_id AND k.user_id = u.user_id WHERE u.tenant_id = $1",
        "SELECT u.a FROM users u JOIN keys k ON k.user_id = u.user_id WHERE k.tenant_id = $1 AND u.tenant_id = k.tenant_id",
        "SELECT u.a FROM users u LEFT JOIN keys k ON k.tenant_id = u.tenant_id WHERE u.tenant_id = $1",
        "SELECT u.a FROM users u JOIN keys k USING (tenant_id, user_id) WHERE u.tenant_id = $1",
        "SELECT u.a FROM users u, keys k WHERE u.tenant_id = $1 AND k.tenant_id = $1",
        "SELECT a FROM users u WHERE u.tenant_id = $1 AND EXISTS (SELECT 1 FROM keys k WHERE k.tenant_id = u.tenant_id)",
        "SELECT a FROM users WHERE tenant_id = $1 AND user_id IN (SELECT user_id FROM keys WHERE tenant_id = $1)",
        "SELECT (SELECT count(*) FROM keys k WHERE k.tenant_id = u.tenant_id) FROM users u WHERE u.tenant_id = $1",
        "SELECT a FROM users WHERE tenant_id = $1 UNION ALL SELECT a FROM keys WHERE tenant_id = $1",
        "SELECT r.a FROM (SELECT a FROM users WHERE tenant_id = $1) r",
        "WITH r AS (SELECT a FROM users WHERE tenant_id = $1) SELECT a FROM r",
        "UPDATE users SET a = $1 WHERE tenant_id = $2 AND user_id = $3 RETURNING a",
        "UPDATE users SET a = k.a FROM keys k WHERE users.tenant_id = $1 AND k.tenant_id = users.tenant_id",
        "DELETE FROM users WHERE tenant_id = $1 AND user_id = $2",
        "INSERT INTO users (tenant_id, user_id) VALUES ($1, $2)",
        "INSERT INTO users (tenant_id, n) VALUES ($1, 1) ON CONFLICT (tenant_id) DO UPDATE SET n = users.n + 1 WHERE users.n < $2",
        "INSERT INTO users (tenant_id, a) SELECT k.tenant_id, k.a FROM keys k WHERE k.tenant_id = $1 ON CONFLICT (tenant_id, a) DO NOTHING",
        "SELECT a FROM notes",
    ] {
        assert_eq!(broken(sql), [""; 0], "{sql}");
    }
}

#[test]
fn tables_without_their_tenant_are_found() {
    for sql in [
        "SELECT a FROM users",
        "SELECT a FROM USERS WHERE user_id = $1",
        "SELECT a FROM \"users\" WHERE user_id = $1",
        "SELECT tenant_id = $1 FROM users",
        "SELECT a FROM users WHERE user_id = $1 ORDER BY tenant_id = $1",
        "SELECT a FROM users WHERE tenant_id = 'x'",
        "SELECT a FROM users WHERE tenant_id = tenant_id",
        "SELECT a FROM users WHERE tenant_id <> $1",
        "SELECT a FROM users WHERE tenant_id = $1 OR a = $2",
        "SELECT a FROM users WHERE (tenant_id = $1 OR a = $2) AND b = $3",
        "SELECT a FROM users WHERE NOT tenant_id = $1",
        "SELECT a FROM users WHERE NOT (tenant_id = $1)",
        "SELECT a FROM users WHERE tenant_id = $1 || ''",
        "SELECT u.a FROM users u JOIN keys k ON k.user_id = u.user_id WHERE u.tenant_id = $1",
        "SELECT u.a FROM users u JOIN keys k ON k.tenant_id = u.tenant_id",
        "SELECT u.a FROM users u LEFT JOIN keys k ON u.tenant_id = $1 AND k.tenant_id = $1",
        "SELECT u.a FROM users u LEFT OUTER JOIN keys k ON k.tenant_id = $1 AND k.tenant_id = u.tenant_id",
        "SELECT u.a FROM users u, keys k WHERE u.tenant_id = $1",
        "SELECT u.a FROM users u JOIN keys k USING (user_id) WHERE u.tenant_id = $1",
        "SELECT u.a FROM (users u JOIN keys k ON k.user_id = u.user_id) WHERE u.tenant_id = $1",
        "SELECT a FROM users u WHERE u.tenant_id = $1 AND EXISTS (SELECT 1 FROM keys k WHERE k.user_id = u.user_id)",
        "SELECT a FROM users u WHERE EXISTS (SELECT 1 FROM keys k WHERE k.tenant_id = $1 AND u.tenant_id = $1)",
        "SELECT a FROM users WHERE tenant_id = $1 AND user_id IN (SELECT user_id FROM keys)",
        "SELECT (SELECT count(*) FROM keys k WHERE k.tenant_id = u.tenant_id) FROM users u",
        "SELECT a FROM users WHERE tenant_id = $1 UNION ALL SELECT a FROM keys",
        "SELECT r.a FROM (SELECT a FROM users) r WHERE r.tenant_id = $1",
        "WITH r AS (SELECT a FROM users) SELECT a FROM r",
        "UPDATE users SET a = $1",
        "UPDATE users SET a = $1 WHERE user_id = $2",
        "UPDATE users SET a = k.a FROM keys k WHERE users.tenant_id = $1 AND k.a = users.a",
        "DELETE FROM users WHERE user_id = $1",
        "INSERT INTO users (user_id) VALUES ($1)",
        "INSERT INTO users VALUES ($1, $2)",
        "INSERT INTO users (tenant_id, n) VALUES ($1, 1) ON CONFLICT (n) DO NOTHING",
        "INSERT INTO users (tenant_id, a) SELECT k.tenant_id, k.a FROM keys k WHERE k.a = $1",
    ] {
        assert_eq!(broken(sql), ["tenant"], "{sql}");
    }
}
