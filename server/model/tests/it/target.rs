//! Target systems of configs.

use model::secrets::RawConfig;
use model::target::targets;
use proptest::prelude::*;

fn of(pairs: &[(&str, &str)]) -> Vec<String> {
    let raw = RawConfig::new(
        pairs
            .iter()
            .map(|(k, v)| ((*k).to_owned(), Some((*v).to_owned())))
            .collect(),
    );
    targets(&raw)
        .into_iter()
        .map(|t| format!("{} {}", t.kind, t.address))
        .collect()
}

#[test]
fn jdbc_urls() {
    for (url, expected) in [
        (
            "jdbc:postgresql://db1.prod:5432/shop?user=u&password=pw12",
            "postgresql db1.prod:5432/shop",
        ),
        ("jdbc:postgresql://u:p@ss/w@DB1/shop", "postgresql db1:5432/shop"),
        ("jdbc:postgresql://a:1,b/shop", "postgresql a:1,b:5432/shop"),
        ("jdbc:postgresql://[::1]:5433/shop", "postgresql [::1]:5433/shop"),
        (
            "jdbc:postgresql://${env:HOST}:${env:PORT}/${file:/x/y:db}",
            "postgresql ${env:HOST}:${env:PORT}/${file:/x/y:db}",
        ),
        ("jdbc:mysql://h:3306/db?user=svc@server", "mysql h:3306/db"),
        ("jdbc:mysql:replication://h/db", "mysql h:3306/db"),
        ("jdbc:mariadb://h/db", "mariadb h:3306/db"),
        (
            "jdbc:redshift:iam://k:s@cluster.eu:5439/dev",
            "redshift cluster.eu:5439/dev",
        ),
        ("jdbc:oracle:thin:@//ora:1522/ORCL", "oracle ora:1522/ORCL"),
        ("jdbc:oracle:thin:scott/ti@ger@ora:1521:XE", "oracle ora:1521/XE"),
        ("jdbc:oracle:thin:@tcps://ora/svc?wallet=x", "oracle ora:1521/svc"),
        ("jdbc:oracle:thin:@prod_alias", "oracle prod_alias"),
        (
            "jdbc:oracle:thin:@(DESCRIPTION=(ADDRESS=(PROTOCOL=TCP)(HOST=o1)(PORT=1521))(CONNECT_DATA=(SERVICE_NAME=s)))",
            "oracle o1:1521/s",
        ),
        (
            "jdbc:sqlserver://ms;databaseName=shop;user=u;password=p",
            "sqlserver ms:1433/shop",
        ),
        ("jdbc:sqlserver://ms\\inst:1444;database=shop", "sqlserver ms:1444/shop"),
        ("jdbc:jtds:sqlserver://ms:1433/shop;user=u", "sqlserver ms:1433/shop"),
        (
            "jdbc:snowflake://acme.snowflakecomputing.com/?db=x",
            "snowflake acme.snowflakecomputing.com:443",
        ),
        ("jdbc:db2://d:50001/SAMPLE:user=u;password=p;", "db2 d:50001/SAMPLE"),
        ("jdbc:sqlite:/data/a.db", "sqlite /data/a.db"),
        ("jdbc:other://h:1/x", "jdbc h:1/x"),
    ] {
        assert_eq!(of(&[("connection.url", url)]), [expected], "{url}");
    }
    for url in [
        "jdbc:postgresql://u:p?ss@host/db",
        "jdbc:postgresql://u:p#ss@host/db",
        "jdbc:x",
        "jdbc:postgresql:db",
    ] {
        assert!(of(&[("connection.url", url)]).is_empty(), "{url}");
    }
}

/// Pairs of a config, and what is found in it.
type Case = (&'static [(&'static str, &'static str)], &'static [&'static str]);

#[test]
fn other_systems() {
    let cases: &[Case] = &[
        (
            &[
                ("connector.class", "io.debezium.connector.postgresql.PostgresConnector"),
                ("database.hostname", "pg"),
                ("database.port", "5433"),
                ("database.dbname", "shop"),
            ],
            &["postgresql pg:5433/shop"],
        ),
        (
            &[
                ("connector.class", "io.debezium.connector.mysql.MySqlConnector"),
                ("database.hostname", "${env:H}"),
            ],
            &["mysql ${env:H}:3306"],
        ),
        (
            &[("mongodb.connection.string", "mongodb://u:p@a:1,b/shop?x=y")],
            &["mongodb a:1,b:27017/shop"],
        ),
        (
            &[
                ("connector.class", "com.mongodb.kafka.connect.MongoSinkConnector"),
                ("connection.uri", "mongodb+srv://u:p@c.eu"),
                ("database", "d"),
            ],
            &["mongodb c.eu/d"],
        ),
        (
            &[
                ("connector.class", "x.ElasticsearchSinkConnector"),
                ("connection.url", "https://b:9200,http://u:p@a:9201/x"),
            ],
            &["elasticsearch a:9201", "elasticsearch b:9200"],
        ),
        (
            &[
                ("connector.class", "x.OpenSearchSinkConnector"),
                ("connection.url", "https://b"),
            ],
            &["opensearch b:443"],
        ),
        (&[("s3.bucket.name", "lake-raw")], &["s3 s3://lake-raw"]),
        (&[("gcs.bucket.name", "lake")], &["gcs gs://lake"]),
        (
            &[("http.api.url", "https://api.eu/v1/hook/T0K3N?key=1")],
            &["http api.eu:443"],
        ),
        (
            &[
                ("source.cluster.bootstrap.servers", "SASL_SSL://k1:9093,k2"),
                ("target.cluster.bootstrap.servers", "k2:9092"),
            ],
            &["kafka k1:9093", "kafka k2:9092"],
        ),
        (
            &[
                ("snowflake.url.name", "acme.snowflakecomputing.com"),
                ("snowflake.database.name", "D"),
            ],
            &["snowflake acme.snowflakecomputing.com:443/D"],
        ),
        (
            &[
                ("connector.class", "c.BigQuerySinkConnector"),
                ("project", "p-1"),
                ("defaultDataset", "d"),
            ],
            &["bigquery p-1.d"],
        ),
        (
            &[("contactPoints", "c1,c2"), ("port", "9043")],
            &["cassandra c1:9043", "cassandra c2:9043"],
        ),
        (
            &[
                (
                    "connector.class",
                    "org.apache.kafka.connect.file.FileStreamSinkConnector",
                ),
                ("file", "/var/log/a b.log"),
            ],
            &["file /var/log/a b.log"],
        ),
        (&[("sftp.host", "s")], &["sftp s:22"]),
        (&[("redis.hosts", "r:6379,r:6379")], &["redis r:6379"]),
        (
            &[
                ("connector.class", "x.Other"),
                ("file", "/etc/passwd"),
                ("project", "p"),
            ],
            &[],
        ),
    ];
    for (pairs, expected) in cases {
        assert_eq!(of(pairs), *expected, "{pairs:?}");
    }
}

/// A password of the kind that breaks parsers; the planted word is in the middle.
fn password() -> impl Strategy<Value = String> {
    (
        "[a-z0-9@:/?#;,&=%!. {}\\[\\]-]{0,4}",
        "[a-z0-9@:/?#;,&=%!. {}\\[\\]-]{0,4}",
    )
        .prop_map(|(before, after)| format!("{before}Zq7Planted{after}"))
}

proptest! {
    #[test]
    fn no_password_is_in_any_address(password in password(), query in "[?;&]?", name in "[a-z]{1,5}") {
        let class = "io.debezium.elasticsearch.mongodb.PostgresConnector".to_owned();
        for value in [
            format!("jdbc:postgresql://{name}:{password}@host:5432/db"),
            format!("jdbc:postgresql://host:5432/db{query}user={name}&password={password}"),
            format!("jdbc:sqlserver://host:1433;user={name};password={password};databaseName=db"),
            format!("jdbc:sqlserver://host:1433;password={{{password}}};databaseName=db"),
            format!("jdbc:oracle:thin:{name}/{password}@//host:1521/svc"),
            format!("jdbc:db2://host:50000/db:user={name};password={password};"),
            format!("https://{name}:{password}@host:9200,https://{name}:{password}@b:1"),
            format!("mongodb://{name}:{password}@host:27017,b/shop"),
        ] {
            for key in ["connection.url", "connection.uri", "mongodb.connection.string", "http.api.url", "redis.uri"] {
                let found = of(&[("connector.class", &class), (key, &value)]);
                prop_assert!(!found.join(" ").to_lowercase().contains("zq7planted"), "{} -> {:?}", value, found);
            }
        }
    }
}
