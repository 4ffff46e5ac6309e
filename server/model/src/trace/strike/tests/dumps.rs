use crate::trace::strike::strike;

#[test]
fn errors_keep_what_they_say_of_themselves() {
    for (message, shown) in [
        (
            "Write errors: [BulkWriteError{index=3, code=11000, message='E11000 duplicate key error collection: shop.orders index: mail_1 dup key: { mail: \"eve@example.com\" }', details={}}]. ",
            "Write errors: [code=11000, message='E11000 duplicate key error collection: shop.orders index: mail_1 dup key: {…}']. ",
        ),
        (
            "The full response is {\"ok\": 0.0, \"errmsg\": \"not authorized on shop to execute command { insert: \\\"orders\\\" }\", \"code\": 13, \"codeName\": \"Unauthorized\", \"$clusterTime\": {\"t\": 5}}",
            "The full response is {errmsg='not authorized on shop to execute command {…}', code=13, codeName=Unauthorized}",
        ),
        (
            "insertAll failed: [BigQueryError{reason=invalid, location=amount, message=Could not convert value to numeric: 'Smith'}]",
            "insertAll failed: [reason='invalid', location=amount, message='Could not convert value to numeric: '…'']",
        ),
        (
            "403 Forbidden { \"code\" : 403, \"errors\" : [ { \"domain\" : \"global\", \"reason\" : \"accessDenied\" } ], \"status\" : \"PERMISSION_DENIED\", \"message\" : \"No access, mail ops@example.com\" }",
            "403 Forbidden {code=403, status=PERMISSION_DENIED, message='No access, mail …', domain=global, reason='accessDenied'}",
        ),
        (
            "status 401 and body {\"error\":\"invalid_grant\",\"api_key\":\"k-1\",\"user\":\"Smith\"}",
            "status 401 and body {error='invalid_grant'}",
        ),
        (
            "Errors: [WriteFailure{table=orders, column=mail, value='Smith', errorCode=4711}]",
            "Errors: [table=orders, column=mail, errorCode=4711]",
        ),
    ] {
        assert_eq!(strike(message, false), shown);
    }
}

#[test]
fn records_keep_only_where_they_came_from() {
    for (message, shown) in [
        (
            "failed on SinkRecord{kafkaOffset=17, timestampType=CreateTime} ConnectRecord{topic='orders', kafkaPartition=3, key=Smith, value=Struct{message=Hi,code=500}}",
            "failed on SinkRecord{kafkaOffset=17} ConnectRecord{topic=orders, kafkaPartition=3}",
        ),
        (
            "could not send ProducerRecord(topic=orders, partition=2, headers=RecordHeaders(headers = []), key=4711, value=Smith)",
            "could not send ProducerRecord(topic=orders, partition=2)",
        ),
        ("Struct{errmsg=Smith,code=500}", "Struct{…}"),
        ("bad value: {\"status\": 500, \"message\": \"Smith\"}", "bad value: {…}"),
        ("{\"status\": \"new\", \"message\": \"Hello Smith\"}", "{…}"),
        ("error {\"payload\": {\"errmsg\": \"Smith\"}}", "error {…}"),
        ("{\"name\": \"Smith\", \"reason\": \"moved\"}", "{…}"),
        ("[a=1, b=Smith]", "[…]"),
        ("Error{message='cut off Smith", "Error{message='cut off Smith'}"),
        (
            "duplicate key. The duplicate key value is (4711).",
            "duplicate key. The duplicate key value is (…).",
        ),
    ] {
        assert_eq!(strike(message, false), shown);
    }
}
