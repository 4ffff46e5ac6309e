//! Which keys of which connectors name the system at the other end.

/// How the value of a key reads.
#[derive(Clone, Copy)]
pub(super) enum Shape {
    /// `a:1,b:2`: each host is a system of its own unless the table says otherwise.
    Hosts,
    /// URLs, of which only hosts are shown: paths hold tokens.
    Urls,
    /// A URL whose path names what is inside (`mongodb://a,b/shop`).
    UrlWithPath,
    /// A name shown behind a scheme.
    Bucket(&'static str),
    /// A name, with what is inside behind a dot.
    Dotted,
    /// A file or directory.
    Path,
}

/// One key.
pub(super) struct Place {
    /// The connector's class holds one of these (small letters; `""` is any class).
    pub(super) class: &'static [&'static str],
    /// The key.
    pub(super) key: &'static str,
    /// The key of the port, where it stands apart.
    pub(super) port_key: Option<&'static str>,
    /// The key of the database, dataset or queue manager inside.
    pub(super) inside_key: Option<&'static str>,
    /// The port when none is given.
    pub(super) port: Option<&'static str>,
    /// How it reads.
    pub(super) shape: Shape,
    /// What it is.
    pub(super) kind: &'static str,
}

const fn at(class: &'static [&'static str], key: &'static str, shape: Shape, kind: &'static str) -> Place {
    Place {
        class,
        key,
        port_key: None,
        inside_key: None,
        port: None,
        shape,
        kind,
    }
}

impl Place {
    const fn port(mut self, port: &'static str) -> Self {
        self.port = Some(port);
        self
    }

    const fn port_key(mut self, key: &'static str) -> Self {
        self.port_key = Some(key);
        self
    }

    const fn inside(mut self, key: &'static str) -> Self {
        self.inside_key = Some(key);
        self
    }
}

const fn debezium(
    class: &'static [&'static str],
    inside: &'static str,
    port: &'static str,
    kind: &'static str,
) -> Place {
    at(class, "database.hostname", Shape::Hosts, kind)
        .port_key("database.port")
        .inside(inside)
        .port(port)
}

const ANY: &[&str] = &[""];

/// In the order of preference: the first that fits a key and class is taken.
pub(super) const PLACES: &[Place] = &[
    debezium(&["postgres"], "database.dbname", "5432", "postgresql"),
    debezium(&["mariadb"], "database.dbname", "3306", "mariadb"),
    debezium(&["mysql"], "database.dbname", "3306", "mysql"),
    debezium(&["sqlserver"], "database.names", "1433", "sqlserver"),
    debezium(&["oracle"], "database.dbname", "1521", "oracle"),
    debezium(&["db2"], "database.dbname", "50000", "db2"),
    debezium(&["informix"], "database.dbname", "9088", "informix"),
    debezium(&["vitess"], "vitess.keyspace", "15991", "vitess"),
    debezium(ANY, "database.dbname", "", "database"),
    at(ANY, "mongodb.connection.string", Shape::UrlWithPath, "mongodb").port("27017"),
    at(ANY, "mongodb.hosts", Shape::Hosts, "mongodb").port("27017"),
    at(&["mongo"], "connection.uri", Shape::UrlWithPath, "mongodb")
        .port("27017")
        .inside("database"),
    at(&["opensearch"], "connection.url", Shape::Urls, "opensearch").port("9200"),
    at(&["elasticsearch"], "connection.url", Shape::Urls, "elasticsearch").port("9200"),
    at(&["elastic"], "connect.elastic.hosts", Shape::Hosts, "elasticsearch")
        .port_key("connect.elastic.port")
        .port("9200"),
    at(ANY, "s3.bucket.name", Shape::Bucket("s3://"), "s3"),
    at(ANY, "aws.s3.bucket.name", Shape::Bucket("s3://"), "s3"),
    at(ANY, "aws.s3.bucket", Shape::Bucket("s3://"), "s3"),
    at(ANY, "gcs.bucket.name", Shape::Bucket("gs://"), "gcs"),
    at(ANY, "azblob.container.name", Shape::Bucket("azblob://"), "azure_blob"),
    at(
        ANY,
        "azure.storage.container.name",
        Shape::Bucket("azblob://"),
        "azure_blob",
    ),
    at(
        ANY,
        "azure.datalake.gen2.account.name",
        Shape::Bucket("abfs://"),
        "azure_data_lake",
    ),
    at(
        ANY,
        "azure.eventhubs.hub.name",
        Shape::Bucket("eventhubs://"),
        "azure_event_hubs",
    ),
    at(ANY, "http.api.url", Shape::Urls, "http"),
    at(ANY, "http.api.base.url", Shape::Urls, "http"),
    at(ANY, "http.url", Shape::Urls, "http"),
    at(ANY, "http.request.url", Shape::Urls, "http"),
    at(ANY, "source.cluster.bootstrap.servers", Shape::Hosts, "kafka").port("9092"),
    at(ANY, "target.cluster.bootstrap.servers", Shape::Hosts, "kafka").port("9092"),
    at(ANY, "src.kafka.bootstrap.servers", Shape::Hosts, "kafka").port("9092"),
    at(ANY, "dest.kafka.bootstrap.servers", Shape::Hosts, "kafka").port("9092"),
    at(
        ANY,
        "schema.history.internal.kafka.bootstrap.servers",
        Shape::Hosts,
        "kafka",
    )
    .port("9092"),
    at(ANY, "redis.hosts", Shape::Hosts, "redis").port("6379"),
    at(ANY, "redis.uri", Shape::Urls, "redis").port("6379"),
    at(ANY, "connect.redis.host", Shape::Hosts, "redis")
        .port_key("connect.redis.port")
        .port("6379"),
    at(ANY, "contactPoints", Shape::Hosts, "cassandra")
        .port_key("port")
        .port("9042"),
    at(ANY, "cassandra.contact.points", Shape::Hosts, "cassandra")
        .port_key("cassandra.port")
        .port("9042"),
    at(ANY, "connect.cassandra.contact.points", Shape::Hosts, "cassandra")
        .port_key("connect.cassandra.port")
        .port("9042"),
    at(ANY, "snowflake.url.name", Shape::Urls, "snowflake")
        .port("443")
        .inside("snowflake.database.name"),
    at(&["bigquery"], "project", Shape::Dotted, "bigquery").inside("defaultDataset"),
    at(ANY, "cps.project", Shape::Dotted, "pubsub").inside("cps.topic"),
    at(ANY, "gcp.pubsub.project.id", Shape::Dotted, "pubsub").inside("gcp.pubsub.topic.id"),
    at(&["clickhouse"], "hostname", Shape::Hosts, "clickhouse")
        .port_key("port")
        .port("8443")
        .inside("database"),
    at(ANY, "mq.hostname", Shape::Hosts, "mq")
        .port_key("mq.port")
        .port("1414")
        .inside("mq.queue.manager"),
    at(ANY, "java.naming.provider.url", Shape::Urls, "jms"),
    at(ANY, "activemq.url", Shape::Urls, "activemq").port("61616"),
    at(ANY, "rabbitmq.host", Shape::Hosts, "rabbitmq")
        .port_key("rabbitmq.port")
        .port("5672"),
    at(ANY, "mqtt.server.uri", Shape::Urls, "mqtt").port("1883"),
    at(ANY, "solace.host", Shape::Urls, "solace"),
    at(ANY, "salesforce.instance", Shape::Urls, "salesforce").port("443"),
    at(ANY, "splunk.hec.uri", Shape::Urls, "splunk").port("8088"),
    at(ANY, "influxdb.url", Shape::Urls, "influxdb").port("8086"),
    at(ANY, "neo4j.uri", Shape::Urls, "neo4j").port("7687"),
    at(ANY, "neo4j.server.uri", Shape::Urls, "neo4j").port("7687"),
    at(ANY, "couchbase.seed.nodes", Shape::Hosts, "couchbase").inside("couchbase.bucket"),
    at(ANY, "hdfs.url", Shape::Urls, "hdfs").port("8020"),
    at(ANY, "sqs.url", Shape::Urls, "sqs"),
    at(ANY, "kinesis.stream", Shape::Bucket("kinesis://"), "kinesis"),
    at(ANY, "aws.lambda.function.name", Shape::Bucket("lambda://"), "lambda"),
    at(ANY, "aws.dynamodb.endpoint", Shape::Urls, "dynamodb"),
    at(ANY, "iceberg.catalog.uri", Shape::Urls, "iceberg"),
    at(ANY, "sftp.host", Shape::Hosts, "sftp")
        .port_key("sftp.port")
        .port("22"),
    at(ANY, "ftp.address", Shape::Hosts, "ftp").port("21"),
    at(&["filestream"], "file", Shape::Path, "file"),
    at(&["spooldir"], "input.path", Shape::Path, "file"),
];
