//! A body to a message: request, notification, response, or what is wrong with it.

use serde_json::Value;
use tower_lsp_server::jsonrpc::{Error, ErrorCode, Id, Request, Response};

/// What a client sent.
#[derive(Debug, PartialEq)]
pub(crate) enum Incoming {
    /// A request or a notification.
    Call(Request),
    /// The answer to a request of ours.
    Answer(Response),
    /// Nothing that the protocol knows; this is to be answered.
    Wrong(Response),
}

/// Understands a body.
pub(crate) fn understand(body: &[u8]) -> Incoming {
    let value: Value = match serde_json::from_slice(body) {
        Ok(value) => value,
        Err(error) => return wrong(Id::Null, ErrorCode::ParseError, format!("this is no JSON: {error}")),
    };
    let Value::Object(mut object) = value else {
        let what = if value.is_array() { "batches are not part of the protocol" } else { "a message is an object" };
        return wrong(Id::Null, ErrorCode::InvalidRequest, what.to_owned());
    };
    let id = match object.remove("id").map(id_of) {
        Some(Some(id)) => Some(id),
        Some(None) => {
            return wrong(Id::Null, ErrorCode::InvalidRequest, "an id is a whole number or a text".to_owned());
        }
        None => None,
    };
    let null = || id.clone().unwrap_or(Id::Null);
    if object.get("jsonrpc").and_then(Value::as_str) != Some("2.0") {
        return wrong(null(), ErrorCode::InvalidRequest, "`jsonrpc` must be `2.0`".to_owned());
    }
    match object.remove("method") {
        Some(Value::String(method)) => {
            let mut request = Request::build(method);
            if let Some(params) = object.remove("params") {
                request = request.params(params);
            }
            if let Some(id) = id {
                request = request.id(id);
            }
            Incoming::Call(request.finish())
        }
        Some(_) => wrong(null(), ErrorCode::InvalidRequest, "`method` must be a text".to_owned()),
        None => match (id, object.remove("error"), object.remove("result")) {
            (Some(id), Some(error), _) => match serde_json::from_value::<Error>(error) {
                Ok(error) => Incoming::Answer(Response::from_error(id, error)),
                Err(_) => Incoming::Answer(Response::from_error(id, Error::internal_error())),
            },
            (Some(id), None, Some(result)) => Incoming::Answer(Response::from_ok(id, result)),
            (id, ..) => wrong(
                id.unwrap_or(Id::Null),
                ErrorCode::InvalidRequest,
                "a message has a `method` or a `result`".to_owned(),
            ),
        },
    }
}

fn id_of(value: Value) -> Option<Id> {
    match value {
        Value::Number(number) => number.as_i64().map(Id::Number),
        Value::String(text) => Some(Id::String(text)),
        Value::Null => Some(Id::Null),
        _ => None,
    }
}

pub(crate) fn wrong(id: Id, code: ErrorCode, message: String) -> Incoming {
    Incoming::Wrong(Response::from_error(id, failure(code, message)))
}

/// An error of the protocol in words.
pub(crate) fn failure(code: ErrorCode, message: impl Into<String>) -> Error {
    Error { code, message: message.into().into(), data: None }
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::*;

    fn check(body: &str) -> String {
        match understand(body.as_bytes()) {
            Incoming::Call(request) => format!("call {request}"),
            Incoming::Answer(response) => format!("answer {}", serde_json::to_string(&response).unwrap()),
            Incoming::Wrong(response) => format!("wrong {}", serde_json::to_string(&response).unwrap()),
        }
    }

    #[test]
    fn every_kind_of_message_and_mistake() {
        let deep = "[".repeat(100_000);
        let bodies = [
            r#"{"jsonrpc":"2.0","id":1,"method":"a","params":{"x":1}}"#,
            r#"{"jsonrpc":"2.0","method":"a"}"#,
            r#"{"jsonrpc":"2.0","id":"x","result":null}"#,
            r#"{"jsonrpc":"2.0","id":1,"error":{"code":1,"message":"m"}}"#,
            r#"{"jsonrpc":"2.0","id":1,"error":7}"#,
            r#"{"jsonrpc":"1.0","id":1,"method":"a"}"#,
            r#"{"jsonrpc":"2.0","id":1.5,"method":"a"}"#,
            r#"{"jsonrpc":"2.0","id":1,"method":{}}"#,
            r#"{"jsonrpc":"2.0","id":1}"#,
            r#"[{"jsonrpc":"2.0","id":1,"method":"a"}]"#,
            "7",
            "{",
            "",
            "\u{0}",
            deep.as_str(),
        ];
        expect![[r#"
            call {"jsonrpc":"2.0","method":"a","params":{"x":1},"id":1}
            call {"jsonrpc":"2.0","method":"a"}
            answer {"jsonrpc":"2.0","result":null,"id":"x"}
            answer {"jsonrpc":"2.0","error":{"code":1,"message":"m"},"id":1}
            answer {"jsonrpc":"2.0","error":{"code":-32603,"message":"Internal error"},"id":1}
            wrong {"jsonrpc":"2.0","error":{"code":-32600,"message":"`jsonrpc` must be `2.0`"},"id":1}
            wrong {"jsonrpc":"2.0","error":{"code":-32600,"message":"an id is a whole number or a text"},"id":null}
            wrong {"jsonrpc":"2.0","error":{"code":-32600,"message":"`method` must be a text"},"id":1}
            wrong {"jsonrpc":"2.0","error":{"code":-32600,"message":"a message has a `method` or a `result`"},"id":1}
            wrong {"jsonrpc":"2.0","error":{"code":-32600,"message":"batches are not part of the protocol"},"id":null}
            wrong {"jsonrpc":"2.0","error":{"code":-32600,"message":"a message is an object"},"id":null}
            wrong {"jsonrpc":"2.0","error":{"code":-32700,"message":"this is no JSON: EOF while parsing an object at line 1 column 1"},"id":null}
            wrong {"jsonrpc":"2.0","error":{"code":-32700,"message":"this is no JSON: EOF while parsing a value at line 1 column 0"},"id":null}
            wrong {"jsonrpc":"2.0","error":{"code":-32700,"message":"this is no JSON: expected value at line 1 column 1"},"id":null}
            wrong {"jsonrpc":"2.0","error":{"code":-32700,"message":"this is no JSON: recursion limit exceeded at line 1 column 128"},"id":null}"#]].assert_eq(&bodies.map(check).join("\n"));
    }
}
