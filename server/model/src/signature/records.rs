//! Signatures of configs, records, their schemas and the schema registry.

use super::row::{Kind, ROW, Row, Whose};
use crate::verdict::Class;

const REGISTRY: &[&str] = &[
    "io.confluent.kafka.schemaregistry.",
    "io.apicurio.registry.",
    "com.amazonaws.services.schemaregistry.",
];

pub(super) const ROWS: &[Row] = &[
    // Config.
    Row {
        says: &["client config overrides not allowed", "client config policy"],
        class: Kind::Is(Class::Config),
        whose: Whose::Owner,
        confidence: 0.85,
        weight: 8,
        why: "the config overrides client settings that the workers' policy does not allow",
        ..ROW
    },
    Row {
        classes: &["PolicyViolationException"],
        class: Kind::Is(Class::Config),
        whose: Whose::Owner,
        confidence: 0.7,
        weight: 6,
        why: "a policy of the platform refuses what the config asks for",
        ..ROW
    },
    Row {
        classes: &["ConfigException"],
        class: Kind::Is(Class::Config),
        whose: Whose::Owner,
        confidence: 0.85,
        weight: 6,
        why: "the config is refused",
        ..ROW
    },
    Row {
        says: &[
            "missing required configuration",
            "for configuration",
            "connector configuration is invalid",
            "couldn't find or create file",
            "unable to find file",
        ],
        class: Kind::Is(Class::Config),
        whose: Whose::Owner,
        confidence: 0.8,
        weight: 6,
        why: "the config names something that is missing or not allowed",
        ..ROW
    },
    // A value that does not parse where configs are read.
    Row {
        classes: &[
            "NumberFormatException",
            "IllegalArgumentException",
            "PatternSyntaxException",
            "DateTimeParseException",
            "URISyntaxException",
            "MalformedURLException",
            "UnsupportedCharsetException",
            "InvalidPathException",
        ],
        thrown_in: &[
            ".AbstractConfig.",
            ".ConfigDef.",
            "Config.<init>",
            "Configuration.<init>",
            ".configure",
        ],
        class: Kind::Is(Class::Config),
        whose: Whose::Owner,
        confidence: 0.8,
        weight: 6,
        why: "a value in the config does not parse",
        ..ROW
    },
    Row {
        says: &["invalid * config", "config* is invalid", "invalid config"],
        class: Kind::Is(Class::Config),
        whose: Whose::Owner,
        confidence: 0.6,
        weight: 2,
        why: "the plugin calls its config invalid",
        ..ROW
    },
    // The schema registry.
    Row {
        says: &[
            "error code: 401",
            "error code: 403",
            "unauthorized",
            "forbidden",
            "user is denied operation",
        ],
        within: REGISTRY,
        class: Kind::Is(Class::Auth),
        whose: Whose::Open,
        confidence: 0.5,
        weight: 8,
        why: "the schema registry refuses the credentials, which may be the connector's or the workers'",
        ..ROW
    },
    Row {
        codes: &["http 401", "http 403"],
        within: REGISTRY,
        class: Kind::Is(Class::Auth),
        whose: Whose::Open,
        confidence: 0.5,
        weight: 8,
        why: "the schema registry refuses the credentials, which may be the connector's or the workers'",
        ..ROW
    },
    Row {
        classes: &[
            "SSLHandshakeException",
            "SSLPeerUnverifiedException",
            "SunCertPathBuilderException",
            "CertificateExpiredException",
        ],
        within: REGISTRY,
        class: Kind::Is(Class::Auth),
        whose: Whose::Open,
        confidence: 0.5,
        weight: 7,
        why: "TLS towards the schema registry fails, by its certificate or by the trust of workers or converter",
        ..ROW
    },
    Row {
        classes: &[
            "java.net.ConnectException",
            "UnknownHostException",
            "SocketException",
            "SocketTimeoutException",
            "NoRouteToHostException",
            "HttpHostConnectException",
        ],
        within: REGISTRY,
        class: Kind::Is(Class::Network),
        whose: Whose::Platform,
        confidence: 0.6,
        weight: 7,
        why: "the schema registry cannot be reached",
        ..ROW
    },
    Row {
        classes: &["RestClientException"],
        says: &[
            "error code: 50",
            "bad gateway",
            "service unavailable",
            "internal server error",
            "connection refused",
        ],
        class: Kind::Is(Class::Schema),
        whose: Whose::Platform,
        confidence: 0.6,
        weight: 7,
        why: "the schema registry does not serve requests",
        ..ROW
    },
    Row {
        codes: &["http 408", "http 429", "http 5*"],
        within: REGISTRY,
        class: Kind::Is(Class::Schema),
        whose: Whose::Platform,
        confidence: 0.6,
        weight: 7,
        why: "the schema registry does not serve requests",
        ..ROW
    },
    Row {
        says: &["error code: 404", "error code: 409", "error code: 422"],
        within: REGISTRY,
        class: Kind::Is(Class::Schema),
        whose: Whose::Owner,
        confidence: 0.85,
        weight: 6,
        why: "the schema registry has no such schema or refuses a new one",
        ..ROW
    },
    Row {
        codes: &["http 404", "http 409", "http 422"],
        within: REGISTRY,
        class: Kind::Is(Class::Schema),
        whose: Whose::Owner,
        confidence: 0.8,
        weight: 6,
        why: "the schema registry has no such schema or refuses a new one",
        ..ROW
    },
    Row {
        says: &[
            "schema being registered is incompatible",
            "incompatible with an earlier schema",
            "error retrieving avro",
            "error retrieving json",
            "error retrieving protobuf",
            "error registering avro",
            "error registering json",
            "error registering protobuf",
            "no schema found",
        ],
        class: Kind::Is(Class::Schema),
        whose: Whose::Owner,
        confidence: 0.85,
        weight: 6,
        why: "the schema registry has no such schema or refuses a new one",
        ..ROW
    },
    Row {
        classes: &["RestClientException"],
        class: Kind::Is(Class::Schema),
        whose: Whose::Open,
        confidence: 0.6,
        why: "the schema registry answers with an error",
        ..ROW
    },
    // Schemas of records.
    Row {
        classes: &[
            "SchemaBuilderException",
            "SchemaProjectorException",
            "SchemaParseException",
            "AvroTypeException",
            "AvroMissingFieldException",
            "NotSerializableException",
        ],
        class: Kind::Is(Class::Schema),
        whose: Whose::Owner,
        why: "the records do not fit their schema",
        ..ROW
    },
    Row {
        classes: &["DataException"],
        says: &[
            "schema required for",
            "schemas do not match",
            "is not a valid field name",
            "schema version",
            "unsupported schema type",
        ],
        class: Kind::Is(Class::Schema),
        whose: Whose::Owner,
        confidence: 0.75,
        weight: 6,
        why: "the records' schema is not the one that the config expects",
        ..ROW
    },
    // Records.
    Row {
        classes: &[
            "RecordTooLargeException",
            "RecordBatchTooLargeException",
            "MessageSizeTooLargeException",
        ],
        class: Kind::Is(Class::Data),
        whose: Whose::Owner,
        weight: 7,
        why: "a record is larger than the topic or the client allows",
        ..ROW
    },
    Row {
        says: &[
            "unknown magic byte",
            "converting byte[] to kafka connect data failed",
            "requires \"schema\" and \"payload\" fields",
            "error deserializing avro message",
            "error deserializing json message",
            "error deserializing protobuf message",
            "protocol message contained an invalid tag",
            "while parsing a protocol message",
            "malformed data. length is negative",
            "only map objects supported",
            "only struct objects supported",
            "field does not exist",
            "unexpected value type",
        ],
        class: Kind::Is(Class::Data),
        whose: Whose::Owner,
        confidence: 0.9,
        weight: 6,
        staged: true,
        why: "the records are not written in the format that the converter expects",
        ..ROW
    },
    Row {
        classes: &[
            "DataException",
            "SerializationException",
            "RecordDeserializationException",
            "JsonParseException",
            "JsonMappingException",
            "MismatchedInputException",
            "InvalidFormatException",
            "AvroRuntimeException",
            "InvalidProtocolBufferException",
            "UnrecognizedPropertyException",
            "JsonEOFException",
            "JsonSyntaxException",
            "MalformedInputException",
            "InvalidRecordException",
            "InvalidTimestampException",
        ],
        class: Kind::Is(Class::Data),
        whose: Whose::Owner,
        confidence: 0.85,
        staged: true,
        why: "a record does not have the shape that the converter or transformation expects",
        ..ROW
    },
    Row {
        says: &["tolerance exceeded in error handler", "error handler"],
        class: Kind::Is(Class::Data),
        whose: Whose::Owner,
        confidence: 0.6,
        weight: 2,
        staged: true,
        why: "a converter or transformation failed on a record, and errors.tolerance allows none",
        ..ROW
    },
];
