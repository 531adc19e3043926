//! Every route of the OpenAPI document × every role × own and foreign organisation. A new route is tested the moment it
//! is documented, and its documented rule is what must happen.

use axum::http::StatusCode;
use domain::{Permission, Role};
use serde_json::{Value, json};

use crate::support::{Server, command_id, team};

/// What a route is called with: enough to get past its permission, which is what is tested.
fn path_of(path: &str, org: &str, project: &str, task: &str) -> String {
    path.replace("{org}", org)
        .replace("{project}", project)
        .replace("{task}", task)
        .replace("{login}", "00")
        .replace("{identity}", "00")
        .replace("{provider}", "none")
        .replace("{token}", "00")
}

/// A path with what only its own organisation has, made for this one call: the call may be its end.
async fn filled(server: &Server, owner: &str, org: &str, path: String) -> String {
    let made =
        async |path: String, body: Value| server.post(owner, &path, body).await["id"].as_str().unwrap().to_owned();
    let orgs = format!("/api/orgs/{org}");
    if path.contains("{invitation}") {
        let id = made(format!("{orgs}/invitations"), json!({ "role": "guest" })).await;
        return path.replace("{invitation}", &id);
    }
    if path.contains("{account}") {
        let handle = format!("bot{}", &command_id()[20..]);
        let body = json!({ "handle": handle, "name": "Bot", "role": "member" });
        let account = made(format!("{orgs}/service-accounts"), body).await;
        let tokens = format!("{orgs}/service-accounts/{account}/tokens");
        let token = made(tokens, json!({ "name": "ci", "scopes": ["project:read"], "days": 1 })).await;
        return path.replace("{account}", &account).replace("/tokens/00", &format!("/tokens/{token}"));
    }
    path
}

async fn status(server: &Server, token: &str, method: &str, path: &str, documented: &Value) -> StatusCode {
    // An empty object reaches the rule of every route that has one: rules come before bodies.
    let body = documented.get("requestBody").map(|_| json!({}));
    server.call(token, &method.to_uppercase(), path, body).await.status
}

#[tokio::test]
async fn every_route_lets_in_whom_its_rule_says_and_nobody_else() {
    let server = team().await;
    let (owner, _) = server.person("owner").await;
    let (org, project) = server.project(&owner).await;
    let mut task = server.task(&owner, &project, "a").await["id"].as_str().unwrap().to_owned();
    let (stranger, _) = server.person("stranger").await;
    let mut people = vec![(Role::Owner, owner.clone())];
    for role in &Role::BUILT_IN[1..] {
        let (token, id) = server.person(&role.to_string()).await;
        let member = json!({ "id": command_id(), "command": { "type": "org_member.set", "user": id, "role": role } });
        server.post(&owner, &format!("/api/orgs/{org}/commands"), member).await;
        if *role == Role::Guest {
            let member = json!({ "id": command_id(), "command": { "type": "member.set", "user": id, "role": role } });
            server.post(&owner, &format!("/api/projects/{project}/commands"), member).await;
        }
        people.push((*role, token));
    }
    let document = backend::http::openapi();
    let mut tried = 0;
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, documented) in methods.as_object().unwrap() {
            if path.ends_with("/stream") && method == "get" {
                // It does not end; its rule is that of its neighbours, and `live.rs` tests it.
                continue;
            }
            let rule = documented["x-permission"].as_str().unwrap_or_else(|| panic!("{method} {path} has no rule"));
            let here = path_of(path, &org, &project, &task);
            let case = |who: &str| format!("{method} {path} ({rule}) as {who}");
            if rule == "open" {
                continue;
            }
            assert_eq!(status(&server, "", method, &here, documented).await, 401, "{}", case("nobody"));
            if rule == "signed_in" {
                let seen = status(&server, &stranger, method, &here, documented).await;
                assert!(seen != 401 && seen != 403, "{} {seen}", case("stranger"));
                continue;
            }
            let wanted = *Permission::ALL.iter().find(|one| one.name() == rule).unwrap();
            assert_eq!(status(&server, &stranger, method, &here, documented).await, 404, "{}", case("stranger"));
            // The strongest last: whoever may delete shall not spoil it for the others.
            for (role, token) in people.iter().rev() {
                let in_org = here.contains("/orgs/");
                let has = if in_org { role.permissions_everywhere() } else { role.permissions() };
                let here = filled(&server, &owner, &org, path_of(path, &org, &project, &task)).await;
                let seen = status(&server, token, method, &here, documented).await;
                tried += 1;
                if method == "delete" && path.contains("{task}") && seen.is_success() {
                    task = server.task(&owner, &project, "another").await["id"].as_str().unwrap().to_owned();
                }
                match (has.is_empty(), has.has(wanted)) {
                    (true, _) => assert_eq!(seen, 404, "{}", case(&role.to_string())),
                    (false, false) => assert_eq!(seen, 403, "{}", case(&role.to_string())),
                    (false, true) => assert!(seen.is_success() || seen == 422, "{} {seen}", case(&role.to_string())),
                }
            }
        }
    }
    assert!(tried > 60, "{tried}");
}

/// Identities of another tenant's things are worth nothing in one's own project.
#[tokio::test]
async fn things_of_other_projects_cannot_be_named() {
    let server = team().await;
    let (ann, _) = server.person("ann").await;
    let (bob, _) = server.person("bob").await;
    let ((_, hers), (_, his)) = (server.project(&ann).await, server.project(&bob).await);
    let task = server.task(&ann, &hers, "secret").await;
    let id = task["id"].as_str().unwrap();
    for command in [
        json!({ "type": "task.update", "id": id, "fields": { "title": "x" } }),
        json!({ "type": "task.move", "id": id }),
        json!({ "type": "comment.create", "id": domain::CommentId::fresh().to_string(), "task": id, "body": "x" }),
        json!({ "type": "bulk", "commands": [{ "type": "task.delete", "id": id }] }),
    ] {
        let sent = json!({ "id": command_id(), "command": command });
        let answer = server.call(&bob, "POST", &format!("/api/projects/{his}/commands"), Some(sent)).await;
        assert_eq!(answer.status, 404, "{command} {}", answer.text);
    }
    assert_eq!(server.get(&bob, &format!("/api/projects/{his}/tasks/{id}")).await.status, 404);
    let list = server.get(&bob, "/api/projects").await.text;
    assert!(list.contains(&his) && !list.contains(&hers));
}
