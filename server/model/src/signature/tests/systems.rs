//! What many systems say, each in its own words, and what becomes of it.

use super::{OWN, SINK, SOURCE};
use crate::signature::{Context, classify};
use crate::verdict::Class::{
    self, Auth, Config, Data, Kafka, Network, Plugin, Resource, Schema, Source, Target, Worker,
};
use crate::verdict::Domain::{self, Connector, Infrastructure, Unsure};

fn hold(context: Context, cases: &[(&str, Class, Domain)]) {
    let mut wrong = String::new();
    for (trace, class, domain) in cases {
        let got = classify(trace, context);
        if (got.class, got.domain) != (*class, *domain) || got.confidence < 0.5 {
            wrong += &format!("{trace}\n  wanted {class:?} {domain:?}, got {got:?}\n");
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

const WRAPPER: &str = "org.apache.kafka.connect.errors.ConnectException: Exiting WorkerSinkTask due to unrecoverable exception.\n\tat org.apache.kafka.connect.runtime.WorkerSinkTask.put(W.java:1)\nCaused by: ";

#[test]
fn http_statuses() {
    hold(
        SINK,
        &[
            (
                "java.io.IOException: Server replied with status code 503 and body <html> <head><title>503 Service Temporarily Unavailable</title>",
                Target,
                Connector,
            ),
            (
                "a.RetryException: HTTP 502 from https://sink.example/v1",
                Target,
                Connector,
            ),
            (
                "a.HttpException: response code: 429, giving up after 5 attempts",
                Target,
                Connector,
            ),
            ("a.B: Request failed: 408 Request Timeout", Target, Connector),
            (
                "feign.FeignException: [401 Unauthorized] during [POST]",
                Auth,
                Connector,
            ),
            ("a.ApiException: statusCode=403, body={}", Auth, Connector),
            ("a.ApiException: HTTP/1.1 404 Not Found", Target, Connector),
            ("a.ApiException: status: 410", Target, Connector),
            ("a.ApiException: got 409 Conflict", Target, Connector),
            ("a.ApiException: returned 422 Unprocessable Entity", Data, Connector),
            ("a.ApiException: HTTP error 400 Bad Request", Data, Connector),
            ("a.ApiException: HTTP 415", Config, Connector),
            (
                "org.apache.kafka.connect.runtime.rest.errors.ConnectRestException: IO Error trying to forward REST request: status 503",
                Worker,
                Infrastructure,
            ),
            (
                "org.apache.kafka.common.errors.SaslAuthenticationException: no token: the token endpoint response code: 503",
                Auth,
                Infrastructure,
            ),
        ],
    );
    hold(
        SOURCE,
        &[
            ("a.ApiException: HTTP 400", Source, Connector),
            ("a.ApiException: HTTP 503", Source, Connector),
        ],
    );
    let token = "java.io.IOException: The token endpoint response code was 401\n\tat org.apache.kafka.common.security.oauthbearer.X.y(X.java:1)";
    hold(OWN, &[(token, Auth, Connector)]);
    hold(SINK, &[(token, Auth, Infrastructure)]);
}

#[test]
fn the_schema_registry() {
    let registry = |message: &str| {
        format!(
            "org.apache.kafka.connect.errors.DataException: t\nCaused by: io.confluent.kafka.schemaregistry.client.rest.exceptions.RestClientException: {message}"
        )
    };
    for (message, class, domain) in [
        ("Unauthorized; error code: 401", Auth, Unsure),
        (
            "User is denied operation Write on Subject: t-value; error code: 40301",
            Auth,
            Unsure,
        ),
        ("status code 403", Auth, Unsure),
        ("Subject 't-value' not found.; error code: 40401", Schema, Connector),
        (
            "Schema being registered is incompatible with an earlier schema; error code: 409",
            Schema,
            Connector,
        ),
        ("Invalid schema; error code: 42201", Schema, Connector),
        (
            "Error in the backend data store; error code: 50001",
            Schema,
            Infrastructure,
        ),
        (
            "<html><head><title>503 Service Unavailable</title></head></html>",
            Schema,
            Infrastructure,
        ),
    ] {
        hold(SINK, &[(&registry(message), class, domain)]);
    }
}

#[test]
fn databases() {
    let cases = [
        (
            "com.ibm.db2.jcc.am.SqlException: DB2 SQL Error: SQLCODE=-803, SQLSTATE=23505, SQLERRMC=2",
            Data,
        ),
        (
            "com.ibm.db2.jcc.am.SqlException: DB2 SQL Error: SQLCODE=-204, SQLSTATE=42704, SQLERRMC=S.T",
            Target,
        ),
        ("a.SqlException: down (SQL state: 08S01)", Network),
        ("a.SqlException: SQLSTATE[28000]", Auth),
        ("a.SqlException: no (SQLState: 42501)", Auth),
        ("a.SqlException: SQLSTATE: 22001", Data),
        ("a.SqlException: SQLSTATE=40001", Target),
        ("a.SqlException: SQLSTATE=53300", Target),
        ("a.SqlException: SQLSTATE=57033", Target),
        (
            "java.sql.SQLIntegrityConstraintViolationException: ORA-00001: unique constraint (SHOP.ORDERS_PK) violated",
            Data,
        ),
        (
            "java.sql.SQLException: ORA-01017: invalid username/password; logon denied",
            Auth,
        ),
        ("java.sql.SQLException: ORA-28000: the account is locked", Auth),
        (
            "java.sql.SQLException: ORA-12154: TNS:could not resolve the connect identifier",
            Config,
        ),
        (
            "java.sql.SQLException: ORA-12514, TNS:listener does not currently know of service",
            Config,
        ),
        ("java.sql.SQLRecoverableException: ORA-12541: No listener", Network),
        ("java.sql.SQLException: ORA-01555: snapshot too old", Target),
        ("java.sql.SQLException: ORA-00942: table or view does not exist", Target),
        ("a.SqlException: ERROR 1045 (28000): Access denied", Auth),
        (
            "java.sql.SQLException: Cannot add or update a child row: a foreign key constraint fails",
            Data,
        ),
        (
            "java.sql.SQLException: Lock wait timeout exceeded; try restarting transaction",
            Target,
        ),
        (
            "com.mysql.cj.exceptions.X: The MySQL server is running with the --read-only option",
            Target,
        ),
        (
            "com.microsoft.sqlserver.jdbc.SQLServerException: Login failed for user 'app'.",
            Auth,
        ),
        (
            "com.microsoft.sqlserver.jdbc.SQLServerException: Cannot open database \"shop\" requested by the login.",
            Auth,
        ),
        (
            "com.microsoft.sqlserver.jdbc.SQLServerException: Violation of PRIMARY KEY constraint 'PK_a'. Cannot insert duplicate key in object 'dbo.a'. The duplicate key value is (5).",
            Data,
        ),
        (
            "com.microsoft.sqlserver.jdbc.SQLServerException: String or binary data would be truncated.",
            Data,
        ),
        (
            "com.microsoft.sqlserver.jdbc.SQLServerException: Invalid object name 'dbo.a'.",
            Target,
        ),
        (
            "com.microsoft.sqlserver.jdbc.SQLServerException: Msg 1205, Level 13",
            Target,
        ),
        (
            "com.microsoft.sqlserver.jdbc.SQLServerException: The TCP/IP connection to the host db, port 1433 has failed.",
            Network,
        ),
    ];
    for (trace, class) in cases {
        hold(
            SINK,
            &[
                (trace, class, Connector),
                (&format!("{WRAPPER}{trace}"), class, Connector),
            ],
        );
    }
}

#[test]
fn cloud_services() {
    let cases = [
        (
            "com.amazonaws.services.s3.model.AmazonS3Exception: Access Denied (Service: Amazon S3; Status Code: 403; Error Code: AccessDenied)",
            Auth,
        ),
        (
            "com.amazonaws.services.s3.model.AmazonS3Exception: The provided token has expired. (Service: Amazon S3; Status Code: 400; Error Code: ExpiredToken)",
            Auth,
        ),
        (
            "software.amazon.awssdk.services.s3.model.NoSuchBucketException: The bucket is gone (Service: S3, Status Code: 404)",
            Target,
        ),
        (
            "com.amazonaws.services.s3.model.AmazonS3Exception: Not Found (Service: Amazon S3; Status Code: 404; Error Code: 404 Not Found)",
            Target,
        ),
        (
            "com.amazonaws.services.s3.model.AmazonS3Exception: Please reduce your request rate. (Status Code: 503; Error Code: SlowDown)",
            Target,
        ),
        (
            "com.amazonaws.services.kinesis.model.X: Rate exceeded for shard (Status Code: 400; Error Code: ProvisionedThroughputExceededException)",
            Target,
        ),
        (
            "com.amazonaws.services.dynamodbv2.model.X: no (Status Code: 400; Error Code: ThrottlingException)",
            Target,
        ),
        (
            "com.amazonaws.services.s3.model.AmazonS3Exception: The bucket is in this region: eu-west-1 (Status Code: 301; Error Code: PermanentRedirect)",
            Config,
        ),
        (
            "com.azure.storage.blob.models.BlobStorageException: Status code 403, \"<?xml version='1.0'?><Error><Code>AuthenticationFailed</Code></Error>\"",
            Auth,
        ),
        (
            "com.azure.storage.blob.models.BlobStorageException: Status code 404, ContainerNotFound",
            Target,
        ),
        (
            "com.azure.storage.blob.models.BlobStorageException: Status code 503, ServerBusy",
            Target,
        ),
        (
            "com.google.api.client.googleapis.json.GoogleJsonResponseException: 403 Forbidden { \"code\" : 403, \"reason\" : \"accessDenied\" }",
            Auth,
        ),
        (
            "com.google.cloud.bigquery.BigQueryException: Exceeded rate limits: too many table update operations",
            Target,
        ),
        (
            "com.google.cloud.bigquery.BigQueryException: Not found: Dataset shop:raw",
            Target,
        ),
        ("io.grpc.StatusRuntimeException: UNAVAILABLE: io exception", Target),
        ("io.grpc.StatusRuntimeException: PERMISSION_DENIED: no", Auth),
        (
            "com.google.api.gax.rpc.UnauthenticatedException: io.grpc.StatusRuntimeException: UNAUTHENTICATED: no",
            Auth,
        ),
        ("io.grpc.StatusRuntimeException: RESOURCE_EXHAUSTED: Quota", Target),
        (
            "io.grpc.StatusRuntimeException: DEADLINE_EXCEEDED: deadline exceeded after 9.9s",
            Target,
        ),
        ("io.grpc.StatusRuntimeException: NOT_FOUND: topic", Target),
        ("io.grpc.StatusRuntimeException: INVALID_ARGUMENT: field", Data),
    ];
    for (trace, class) in cases {
        hold(SINK, &[(trace, class, Connector)]);
    }
}

#[test]
fn stores_and_warehouses() {
    let cases = [
        (
            "com.mongodb.MongoBulkWriteException: Bulk write operation error on server m:27017. Write errors: [BulkWriteError{index=0, code=11000, message='E11000 duplicate key error collection: a.b index: c dup key: { d: 1 }', details={}}].",
            Data,
        ),
        (
            "com.mongodb.MongoCommandException: Command failed with error 13 (Unauthorized): 'not authorized on a to execute command' on server m:27017",
            Auth,
        ),
        (
            "com.mongodb.MongoNotPrimaryException: Command failed with error 10107 (NotWritablePrimary): 'not primary' on server m:27017",
            Target,
        ),
        (
            "redis.clients.jedis.exceptions.JedisDataException: NOAUTH Authentication required.",
            Auth,
        ),
        (
            "io.lettuce.core.RedisCommandExecutionException: WRONGPASS invalid username-password pair",
            Auth,
        ),
        (
            "io.lettuce.core.RedisCommandExecutionException: OOM command not allowed when used memory > 'maxmemory'.",
            Target,
        ),
        (
            "io.lettuce.core.RedisCommandExecutionException: MOVED 12539 10.0.0.1:6379",
            Config,
        ),
        (
            "com.datastax.oss.driver.api.core.AllNodesFailedException: Could not reach any contact point",
            Network,
        ),
        (
            "com.datastax.driver.core.exceptions.NoHostAvailableException: All host(s) tried for query failed",
            Network,
        ),
        (
            "com.datastax.oss.driver.api.core.servererrors.UnavailableException: Not enough replicas available for query at consistency QUORUM",
            Target,
        ),
        (
            "org.elasticsearch.ElasticsearchStatusException: cluster_block_exception: index [a] blocked by: [TOO_MANY_REQUESTS/12/disk usage exceeded flood-stage watermark, index has read-only-allow-delete block]",
            Target,
        ),
        (
            "org.elasticsearch.client.ResponseException: method [POST], host [http://es:9200], URI [/_bulk], status line [HTTP/1.1 429 Too Many Requests]",
            Target,
        ),
        (
            "a.B: {\"error\":{\"type\":\"mapper_parsing_exception\",\"reason\":\"failed to parse field [a]\"},\"status\":400}",
            Data,
        ),
        (
            "net.snowflake.client.jdbc.SnowflakeSQLException: SQL access control error: Insufficient privileges to operate on table 'A'",
            Auth,
        ),
        (
            "net.snowflake.client.jdbc.SnowflakeSQLException: Incorrect username or password was specified.",
            Auth,
        ),
        (
            "net.snowflake.client.jdbc.SnowflakeSQLException: Numeric value 'Smith' is not recognized",
            Data,
        ),
        (
            "com.wepay.kafka.connect.bigquery.exception.BigQueryConnectException: failed: [BigQueryError{reason=invalid, location=a, message=Could not convert value to string}]",
            Data,
        ),
    ];
    for (trace, class) in cases {
        hold(SINK, &[(trace, class, Connector)]);
    }
}

#[test]
fn tls_names_plugins_and_brokers() {
    hold(
        SINK,
        &[
            (
                "javax.net.ssl.SSLHandshakeException: PKIX path building failed: unable to find valid certification path to requested target",
                Auth,
                Connector,
            ),
            (
                "a.B: x\nCaused by: java.security.cert.CertificateExpiredException: NotAfter: Tue Jan 02 2024",
                Auth,
                Connector,
            ),
            (
                "java.security.cert.CertificateException: No subject alternative DNS name matching es.example found.",
                Auth,
                Connector,
            ),
            (
                "a.HttpClientException: hostname es doesn't match any of the subject alternative names",
                Auth,
                Connector,
            ),
            ("java.net.UnknownHostException: db.example", Network, Connector),
            (
                "java.lang.UnsatisfiedLinkError: no snappyjava in java.library.path",
                Plugin,
                Infrastructure,
            ),
            ("java.lang.NoSuchMethodError: 'void a.b.C.d()'", Plugin, Infrastructure),
            ("java.lang.IncompatibleClassChangeError: a.B", Plugin, Infrastructure),
            ("java.lang.StackOverflowError\n\tat a.B.c(B.java:1)", Plugin, Unsure),
            (
                "java.lang.OutOfMemoryError: Direct buffer memory",
                Resource,
                Infrastructure,
            ),
            (
                "org.apache.kafka.common.errors.OutOfOrderSequenceException: The broker received an out of order sequence number.",
                Kafka,
                Infrastructure,
            ),
            (
                "org.apache.kafka.common.errors.ThrottlingQuotaExceededException: The throttling quota has been exceeded.",
                Kafka,
                Infrastructure,
            ),
            (
                "org.apache.kafka.common.errors.UnknownTopicOrPartitionException: This server does not host this topic-partition.",
                Config,
                Connector,
            ),
            (
                "a.B: x\nCaused by: com.google.protobuf.InvalidProtocolBufferException: Protocol message contained an invalid tag (zero).",
                Data,
                Connector,
            ),
            (
                "org.apache.kafka.common.errors.SerializationException: Error deserializing Avro message for id 5",
                Data,
                Connector,
            ),
            (
                "java.lang.IllegalArgumentException: Field does not exist: customer",
                Data,
                Connector,
            ),
            (
                "org.apache.kafka.connect.errors.DataException: Only Map objects supported in absence of schema for [field replacement], found: java.lang.String",
                Data,
                Connector,
            ),
            (
                "org.apache.kafka.common.KafkaException: x\n\tat org.apache.kafka.common.network.SslTransportLayer.h(S.java:1)\nCaused by: javax.net.ssl.SSLHandshakeException: PKIX path building failed",
                Auth,
                Infrastructure,
            ),
        ],
    );
}
