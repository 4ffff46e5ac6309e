//! Traces as workers write them, with the causes that live workers were seen to give.

/// A record that is no JSON.
pub const BAD_RECORD: &str = "\
org.apache.kafka.connect.errors.ConnectException: Tolerance exceeded in error handler
\tat org.apache.kafka.connect.runtime.errors.RetryWithToleranceOperator.execAndHandleError(RetryWithToleranceOperator.java:260)
\tat org.apache.kafka.connect.runtime.WorkerSinkTask.convertAndTransformRecord(WorkerSinkTask.java:547)
\tat org.apache.kafka.connect.runtime.WorkerTask.run(WorkerTask.java:298)
\tat java.base/java.lang.Thread.run(Thread.java:840)
Caused by: org.apache.kafka.connect.errors.DataException: Converting byte[] to Kafka Connect data failed due to serialization error: 
\tat org.apache.kafka.connect.json.JsonConverter.toConnectData(JsonConverter.java:333)
\t... 13 more
Caused by: org.apache.kafka.common.errors.SerializationException: com.fasterxml.jackson.core.JsonParseException: Unrecognized token 'this': was expecting (JSON String, Number, Array, Object or token 'null', 'true' or 'false')
Caused by: com.fasterxml.jackson.core.JsonParseException: Unrecognized token 'this': was expecting (JSON String, Number, Array, Object or token 'null', 'true' or 'false')
\tat com.fasterxml.jackson.core.JsonParser._constructError(JsonParser.java:2477)
\t... 18 more
";

/// A database that refuses connections.
pub const DATABASE_AWAY: &str = "\
org.hibernate.service.spi.ServiceException: Unable to create requested service [org.hibernate.engine.jdbc.env.spi.JdbcEnvironment] due to: Could not create connection
\tat org.hibernate.service.internal.AbstractServiceRegistryImpl.createService(AbstractServiceRegistryImpl.java:276)
\tat org.apache.kafka.connect.runtime.WorkerSinkTask.initializeAndStart(WorkerSinkTask.java:329)
Caused by: org.postgresql.util.PSQLException: Connection to dwh.prod.example:5432 refused. Check that the hostname and port are correct and that the postmaster is accepting TCP/IP connections.
\tat org.postgresql.core.v3.ConnectionFactoryImpl.openConnectionImpl(ConnectionFactoryImpl.java:352)
\t... 12 more
Caused by: java.net.ConnectException: Connection refused
\tat java.base/sun.nio.ch.Net.pollConnect(Native Method)
\t... 20 more
";

/// A password that changed.
pub const BAD_PASSWORD: &str = "\
org.apache.kafka.connect.errors.ConnectException: Exiting WorkerSinkTask due to unrecoverable exception.
\tat org.apache.kafka.connect.runtime.WorkerSinkTask.deliverMessages(WorkerSinkTask.java:636)
Caused by: org.postgresql.util.PSQLException: FATAL: password authentication failed for user \"loader\"
\tat org.postgresql.core.v3.ConnectionFactoryImpl.doAuthentication(ConnectionFactoryImpl.java:711)
\t... 15 more
";

/// A topic that the principal may not read.
pub const NOT_AUTHORIZED: &str = "\
org.apache.kafka.common.errors.TopicAuthorizationException: Not authorized to access topics: [orders]
";

/// A plugin that throws without a word.
pub const BARE: &str = "\
java.lang.RuntimeException
\tat org.apache.kafka.connect.tools.MockSourceTask.poll(MockSourceTask.java:66)
\tat org.apache.kafka.connect.runtime.WorkerTask.run(WorkerTask.java:298)
";

/// A plugin that this worker does not have.
pub const MISSING_PLUGIN: &str = "\
org.apache.kafka.connect.errors.ConnectException: Failed to find any class that implements Connector and which name matches io.aiven.kafka.connect.s3.AivenKafkaConnectS3SinkConnector, available connectors are: PluginDesc{klass=class org.apache.kafka.connect.file.FileStreamSinkConnector, name='org.apache.kafka.connect.file.FileStreamSinkConnector', version='4.3.1'}
\tat org.apache.kafka.connect.runtime.isolation.Plugins.connectorClass(Plugins.java:276)
";

/// One of each that a task may have.
pub const ALL: [&str; 5] = [BAD_RECORD, DATABASE_AWAY, BAD_PASSWORD, NOT_AUTHORIZED, BARE];

/// One of them by its name in lower case, as a script gives it.
pub fn named(name: &str) -> Option<&'static str> {
    Some(match name {
        "bad_record" => BAD_RECORD,
        "database_away" => DATABASE_AWAY,
        "bad_password" => BAD_PASSWORD,
        "not_authorized" => NOT_AUTHORIZED,
        "bare" => BARE,
        "missing_plugin" => MISSING_PLUGIN,
        _ => return None,
    })
}
