//! What the OpenAPI document promises, tried on a running node by a program that nobody here wrote: Schemathesis makes
//! requests from the document, right ones and wrong ones, and holds every answer against it.
//!
//! `DEVMENTOR_SCHEMATHESIS_SECONDS` gives it more time, `DEVMENTOR_SCHEMATHESIS_SEED` another seed.

use std::process::Command;

use serde_json::json;

use crate::process::{Process, call_as};

/// No failure of the server, no status, type, header or body that the document does not know, nothing accepted that it
/// forbids, and nothing done for somebody who is not logged in.
const CHECKS: &str = "not_a_server_error,status_code_conformance,content_type_conformance,response_headers_conformance,\
                      response_schema_conformance,negative_data_rejection,unsupported_method,missing_required_header,ignored_auth";

/// What does not end by itself, or is no HTTP.
const NOT_TRIED: &str = "^/ws$|/stream$";

#[tokio::test(flavor = "multi_thread")]
async fn a_running_node_answers_as_its_document_says() {
    let setting = |name: &str, otherwise: &str| std::env::var(name).unwrap_or_else(|_| otherwise.to_owned());
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    // It asks more often than any person, and limits are tried elsewhere.
    let loose = folder.path().join("backend.toml");
    let limit = "[[limits]]\nname = \"address\"\nby = \"address\"\npath = \"/\"\nburst = 100000\nper_second = 10000\n";
    std::fs::write(&loose, limit).unwrap();
    let (data, loose) = (data.to_str().unwrap(), loose.to_str().unwrap());
    let node = Process::start_with(&["--registration", "open", "--data", data, "--config", loose]);
    let address = node.address().to_string();
    let post = async |token: &str, path: &str, body| {
        call_as(&address, token, "POST", path, &body).await.unwrap_or_else(|| panic!("{path} failed"))
    };
    let account = json!({ "handle": "ann", "name": "Ann", "password": "correct horse battery" });
    let token = post("", "/api/auth/register", account).await["access_token"].as_str().unwrap().to_owned();
    let org = post(&token, "/api/orgs", json!({ "name": "Acme" })).await["id"].clone();
    let new = json!({ "org": org, "key": "DM", "name": "d" });
    let project = post(&token, "/api/projects", new).await["id"].clone();
    post(&token, &format!("/api/projects/{}/tasks", project.as_str().unwrap()), json!({ "fields": { "title": "t" } }))
        .await;

    // Paths lead to something that is there; half of the tests would end at 404 otherwise.
    let config = folder.path().join("schemathesis.toml");
    let parameters =
        format!("[parameters]\n\"path.org\" = {org}\n\"path.project\" = {project}\n\"path.task\" = \"DM-1\"\n");
    std::fs::write(&config, parameters).unwrap();
    let mut command = Command::new("python3");
    command.arg(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/schemathesis/run.py"));
    command.arg("--config-file").arg(&config).args([
        "--no-color",
        "run",
        &format!("http://{address}/api/openapi.json"),
    ]);
    command.args(["--header", &format!("Authorization: Bearer {token}"), "--checks", CHECKS, "--warnings", "off"]);
    command.args(["--phases", "examples,coverage,fuzzing", "--request-timeout", "30", "--continue-on-failure"]);
    command.args(["--seed", &setting("DEVMENTOR_SCHEMATHESIS_SEED", "1"), "--output-truncate", "false"]);
    command.args(["--max-time", &setting("DEVMENTOR_SCHEMATHESIS_SECONDS", "60")]);
    command.args(["--exclude-path-regex", NOT_TRIED]);
    let output =
        tokio::task::spawn_blocking(move || command.current_dir(folder.path()).output()).await.unwrap().unwrap();
    let (said, errors) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{said}\n{errors}");
}
