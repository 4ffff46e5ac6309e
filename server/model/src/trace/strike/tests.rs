mod dumps;

use super::strike;

#[test]
fn names_stay_and_values_go() {
    for (message, shown) in [
        (
            r#"ERROR: null value in column "name" of relation "t" violates not-null constraint Detail: Failing row contains (99, null)."#,
            r#"ERROR: null value in column "name" of relation "t" violates not-null constraint Detail: Failing row contains (…)."#,
        ),
        (
            "Unrecognized token 'this': was expecting (JSON String or token 'null', 'true' or 'false')",
            "Unrecognized token '…': was expecting (JSON String or token 'null', 'true' or 'false')",
        ),
        (
            r#"invalid input syntax for type integer: "4711 Main St""#,
            r#"invalid input syntax for type integer: "…""#,
        ),
        (
            "Duplicate entry 'joe@example.com' for key 'PRIMARY'",
            "Duplicate entry '…' for key 'PRIMARY'",
        ),
        ("Key (id)=(17) already exists.", "Key (id)=(…) already exists."),
        (
            "INSERT INTO t VALUES (1, 'a'), (2, 'b') was aborted",
            "INSERT INTO t VALUES (…), (…) was aborted",
        ),
        (
            "Cannot map {\"ssn\": 5, \"x\": {\"y\": 1}} to a row",
            "Cannot map {…} to a row",
        ),
        ("bad row Struct{id=5,name=Joe} here", "bad row Struct{…} here"),
        ("no value for ${vault:db/pass}", "no value for ${vault:db/pass}"),
        ("card 4111 1111 1111 1111 refused", "card … refused"),
        ("customer 12345678 has no address", "customer … has no address"),
        ("mail to a.b@example.org failed", "mail to … failed"),
        (
            "Topic x not present in metadata after 600000 ms.",
            "Topic x not present in metadata after 600000 ms.",
        ),
        (
            "The message is 2097240 bytes when serialized which is larger than 1048576, which is the value of the max.request.size configuration.",
            "The message is 2097240 bytes when serialized which is larger than 1048576, which is the value of the max.request.size configuration.",
        ),
        (
            "Couldn't find or create file '/tmp/in.txt'",
            "Couldn't find or create file '/tmp/in.txt'",
        ),
        (
            "JsonConverter with schemas.enable requires \"schema\" and \"payload\" fields",
            "JsonConverter with schemas.enable requires \"schema\" and \"payload\" fields",
        ),
        (
            "Connection to 10.20.30.40:5432 refused",
            "Connection to 10.20.30.40:5432 refused",
        ),
        (
            "Access denied for user 'app'@'10.0.0.7'",
            "Access denied for user 'app'@'10.0.0.7'",
        ),
        (
            "command refused when used memory > 'maxmemory'.",
            "command refused when used memory > 'maxmemory'.",
        ),
        ("surname > 'Smith' refused", "surname > '…' refused"),
        ("key > 'Smith' refused", "key > '…' refused"),
        (
            "lacks permission 'deploy' and the 'admin' privilege",
            "lacks permission 'deploy' and the 'admin' privilege",
        ),
        (
            "cannot open '+DATA/ERP/LOG.1', nor '+49 1 2'",
            "cannot open '+DATA/ERP/LOG.1', nor '…'",
        ),
        (
            "GET https://api.example.net/v1/people?name=Smith&id=7, 404",
            "GET https://api.example.net/v1/people?…, 404",
        ),
        ("Is it http://a.example.net? No", "Is it http://a.example.net? No"),
        ("unclosed 'secret text", "unclosed '…'"),
        (
            "jdbc:mysql://db:3306/x?user=u&password=abc&useSSL=false",
            "jdbc:mysql://db:3306/x?user=u&password=…&useSSL=false",
        ),
        (
            "starting at Info [a=b, c=d, e=12], but it is gone",
            "starting at Info […], but it is gone",
        ),
        (
            "missing field SinkRecordField{schema=Schema{STRING}, name='channel', x=false}",
            "missing field SinkRecordField{name='channel'}",
        ),
        ("'a.b.C a.b.D.run(a.b.E, int)'", "'a.b.C a.b.D.run(a.b.E, int)'"),
        (
            "request 22067d89-0000-45ba-9708-df9d5559fcbe refused",
            "request … refused",
        ),
    ] {
        assert_eq!(strike(message, false), shown);
    }
}
