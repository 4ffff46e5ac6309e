//! SQL statements that drivers copy into their messages: long, full of values, and in front of what went wrong.

/// What stands before a statement, lower case.
const LABELS: &[&str] = &["sql", "query", "statement", "grammar"];
/// How a statement begins, lower case.
const VERBS: &[&str] = &[
    "select ", "insert ", "update ", "delete ", "merge ", "upsert ", "with ", "call ", "begin ", "declare ", "alter ",
    "create ", "drop ",
];
/// What a driver goes on with behind a statement, lower case.
const ENDS: &[&str] = &[
    ", original",
    ", error m",
    ", error :",
    ", error:",
    ", error code",
    ", errorcode",
    ", sqlstate",
    ", sql state",
    "; sql state",
    "; error code",
    "; nested exception",
    " ora-",
];

/// Takes labelled statements out of a line when something follows them: `SQL = …, Error Message = ORA-00308: …`.
pub(super) fn without_sql(line: &str) -> String {
    let lower = line.to_ascii_lowercase();
    let mut out = String::with_capacity(line.len());
    let mut kept = 0;
    while let Some((start, end)) = statement(&lower, kept) {
        out.push_str(&line[kept..start]);
        out.push('…');
        kept = end;
    }
    out.push_str(&line[kept..]);
    out
}

/// The first statement behind `from` whose end is known, in bytes; `lower` is in lower case.
fn statement(lower: &str, from: usize) -> Option<(usize, usize)> {
    LABELS
        .iter()
        .flat_map(|label| {
            lower[from..]
                .match_indices(label)
                .map(|(at, _)| from + at + label.len())
        })
        .filter_map(|label| {
            let sign = lower[label..].trim_start();
            let value = sign.strip_prefix(['=', ':', '[']).map(str::trim_start)?;
            let start = lower.len() - value.len();
            let length = VERBS
                .iter()
                .any(|verb| value.starts_with(verb))
                .then(|| length(value, sign.starts_with('[')))??;
            Some((start, start + length))
        })
        .min()
}

/// How far a statement goes: in brackets to the one that closes them, else to what drivers write next.
fn length(value: &str, bracketed: bool) -> Option<usize> {
    if !bracketed {
        return ENDS.iter().filter_map(|end| value.find(end)).min();
    }
    let mut depth = 1usize;
    value
        .char_indices()
        .find(|(_, c)| {
            match c {
                '[' => depth += 1,
                ']' => depth -= 1,
                _ => {}
            }
            depth == 0
        })
        .map(|(at, _)| at)
}

/// Takes the statement out of what a JDBC driver says of a batch: the error behind it names the table.
pub(super) fn without_batch(text: &str) -> String {
    let Some((before, rest)) = text.split_once("Batch entry ") else {
        return text.to_owned();
    };
    match (rest.split_once(' '), rest.split_once(" was aborted")) {
        (Some((number, _)), Some((_, after))) => format!("{before}Batch entry {number} was aborted{after}"),
        _ => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::without_sql;

    #[test]
    fn the_error_behind_a_statement_comes_forward() {
        for (line, shown) in [
            (
                "Error : 942, Position : 14, Sql = SELECT NAME FROM CRM.T WHERE ID > :1 , OriginalSql = SELECT NAME FROM CRM.T WHERE ID > ?, Error Msg = ORA-00942: table or view does not exist",
                "Error : 942, Position : 14, Sql = …, OriginalSql = …, Error Msg = ORA-00942: table or view does not exist",
            ),
            (
                "bad SQL grammar [UPDATE t SET a[1] = 'Smith']; nested exception is x",
                "bad SQL grammar […]; nested exception is x",
            ),
            (
                "Query: insert into t values (1), SQLState: 23000",
                "Query: …, SQLState: 23000",
            ),
            ("statement: select is cut off here", "statement: select is cut off here"),
            ("the query was too long", "the query was too long"),
        ] {
            assert_eq!(without_sql(line), shown);
        }
    }
}
