//! Ways in: what opens an account, what does not, what ends it, and that all of it is on record.

use axum::http::StatusCode;
use backend::Registration;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde_json::{Value, json};

use crate::browser::{Browser, part};
use crate::support::{Server, command_id, start, team};

const PASSWORD: &str = "correct horse battery";

async fn log_in(server: &Server, name: &str, password: &str) -> crate::support::Answer {
    server.call("", "POST", "/api/auth/login", Some(json!({ "name": name, "password": password }))).await
}

/// The events of a record, oldest first.
fn events(audit: &Value) -> Vec<String> {
    let items = audit["items"].as_array().unwrap();
    items.iter().rev().map(|item| item["event"].as_str().unwrap().to_owned()).collect()
}

/// The parts of a JWT as they are.
fn claims_of(token: &str) -> Value {
    use base64::Engine;
    let body = token.split('.').nth(1).unwrap();
    serde_json::from_slice(&base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(body).unwrap()).unwrap()
}

#[tokio::test]
async fn an_access_token_is_ours_for_us_and_of_now() {
    let server = team().await;
    let (token, _) = server.person("ann").await;
    let secret = server.node.app.streams.store().meta("token_secret").await.unwrap().unwrap();
    let claims = claims_of(&token);
    let now = claims["iat"].as_i64().unwrap();
    let made = |claims: &Value, algorithm, key: &str| {
        jsonwebtoken::encode(&Header::new(algorithm), claims, &EncodingKey::from_secret(key.as_bytes())).unwrap()
    };
    let status = async |token: String| server.get(&token, "/api/me").await.status;
    assert_eq!(status(made(&claims, Algorithm::HS256, &secret)).await, 200, "the test can make a good one");
    for (changes, why) in [
        (json!({ "aud": "another" }), "for another audience"),
        (json!({ "aud": null }), "for nobody"),
        (json!({ "iss": "another" }), "of another issuer"),
        (json!({ "iss": null }), "of nobody"),
        (json!({ "exp": now - 60 }), "expired"),
        (json!({ "exp": null }), "endless"),
        (json!({ "nbf": now + 60 }), "not yet"),
        (json!({ "nbf": null }), "since ever"),
        (json!({ "sid": "00" }), "of no login"),
        (json!({ "sub": domain::UserId::fresh().to_string() }), "of another person"),
        (json!({ "sub": "x" }), "of no person"),
    ] {
        let mut changed = claims.clone();
        for (key, value) in changes.as_object().unwrap() {
            match value {
                Value::Null => drop(changed.as_object_mut().unwrap().remove(key)),
                value => changed[key] = value.clone(),
            }
        }
        assert_eq!(status(made(&changed, Algorithm::HS256, &secret)).await, 401, "{why}");
    }
    assert_eq!(status(made(&claims, Algorithm::HS256, "another key")).await, 401, "another key");
    assert_eq!(status(made(&claims, Algorithm::HS384, &secret)).await, 401, "another algorithm");
    let unsigned = format!("eyJhbGciOiJub25lIn0.{}.", token.split('.').nth(1).unwrap());
    assert_eq!(status(unsigned).await, 401, "no algorithm");
    // Tokens of one kind are none of another.
    let tokens = log_in(&server, "ann", PASSWORD).await.body;
    assert_eq!(status(tokens["refresh_token"].as_str().unwrap().to_owned()).await, 401);
    let refresh = json!({ "refresh_token": tokens["access_token"] });
    assert_eq!(server.call("", "POST", "/api/auth/refresh", Some(refresh)).await.status, 401);
}

#[tokio::test]
async fn a_new_password_ends_every_login() {
    let server = team().await;
    let (first, _) = server.person("ann").await;
    let second = log_in(&server, "ann", PASSWORD).await.body;
    let change = |current: &str, new: &str| {
        let body = json!({ "current": current, "new": new });
        let (server, first) = (&server, &first);
        async move { server.call(first, "POST", "/api/me/password", Some(body)).await }
    };
    assert_eq!(change("not this one", "another horse battery").await.status, 403);
    assert_eq!(change(PASSWORD, "short").await.status, 422);
    assert_eq!(server.get(&first, "/api/me").await.status, 200, "nothing has changed yet");
    let token =
        server.post(&first, "/api/me/tokens", json!({ "name": "ci", "scopes": ["project:read"], "days": 1 })).await;
    let body = json!({ "current": PASSWORD, "new": "another horse battery" });
    let by_token = server.call(token["token"].as_str().unwrap(), "POST", "/api/me/password", Some(body)).await;
    assert_eq!(by_token.status, 403, "an API token changes no password");

    let changed = change(PASSWORD, "another horse battery").await;
    assert_eq!(changed.status, 200, "{}", changed.text);
    assert_eq!(server.get(&first, "/api/me").await.status, 401);
    assert_eq!(server.get(second["access_token"].as_str().unwrap(), "/api/me").await.status, 401);
    let refresh = json!({ "refresh_token": second["refresh_token"] });
    assert_eq!(server.call("", "POST", "/api/auth/refresh", Some(refresh)).await.status, 401);
    assert_eq!(log_in(&server, "ann", PASSWORD).await.status, 401);
    assert_eq!(log_in(&server, "ann", "another horse battery").await.status, 200);
    let now = changed.body["access_token"].as_str().unwrap();
    let audit = server.get(now, "/api/me/audit").await;
    assert_eq!(
        events(&audit.body),
        [
            "account_made",
            "logged_in",
            "logged_in",
            "login_refused",
            "token_made",
            "password_changed",
            "logged_in",
            "login_refused",
            "logged_in"
        ]
    );
    for secret in [PASSWORD, "another horse battery", "not this one", token["token"].as_str().unwrap(), "argon2"] {
        assert!(!audit.text.contains(secret), "the record holds {secret}");
    }
}

/// Whoever asks cannot tell a name that exists from one that does not: same answer, same work, same limit.
#[tokio::test]
async fn names_cannot_be_found_out_by_logging_in() {
    let server = team().await;
    let (ann, _) = server.person("ann").await;
    let (org, _) = server.project(&ann).await;
    let service = json!({ "handle": "robot", "name": "Robot", "role": "member" });
    server.post(&ann, &format!("/api/orgs/{org}/service-accounts"), service).await;
    let accounts = &server.node.app.accounts;
    let mut answers = Vec::new();
    // Known, unknown, and one that has no password.
    for name in ["ann", "nobody", "robot"] {
        let before = accounts.password_checks();
        let answer = log_in(&server, name, "wrong horse battery").await;
        assert_eq!(accounts.password_checks() - before, 1, "{name}");
        answers.push((answer.status, answer.text));
    }
    assert!(answers.iter().all(|answer| *answer == answers[0]), "{answers:?}");
    for name in ["ann", "nobody"] {
        let mut seen = Vec::new();
        for _ in 0..11 {
            let answer = log_in(&server, name, "wrong horse battery").await;
            seen.push((answer.status.as_u16(), answer.headers.get("retry-after").cloned()));
        }
        assert_eq!(seen[8], (401, None), "{name}");
        let (status, after) = seen[10].clone();
        assert_eq!(status, 429, "{name}");
        assert!((50..=60).contains(&after.unwrap().to_str().unwrap().parse::<u32>().unwrap()), "{name}");
    }
}

#[tokio::test]
async fn a_locked_name_hurts_nobody_else_and_no_other_way_in() {
    let server = team().await;
    let (ann, _) = server.person("ann").await;
    server.person("bob").await;
    for _ in 0..10 {
        log_in(&server, "ANN ", "wrong horse battery").await;
    }
    let before = server.node.app.accounts.password_checks();
    assert_eq!(log_in(&server, "ann", PASSWORD).await.status, StatusCode::TOO_MANY_REQUESTS, "the right one as well");
    assert_eq!(server.node.app.accounts.password_checks(), before, "and it costs nothing");
    assert_eq!(log_in(&server, "bob", PASSWORD).await.status, 200);
    assert_eq!(server.get(&ann, "/api/me").await.status, 200, "who is in stays in");
}

#[tokio::test]
async fn a_stolen_refresh_token_ends_the_login_and_is_on_record() {
    let server = team().await;
    let (ann, _) = server.person("ann").await;
    let first = log_in(&server, "ann", PASSWORD).await.body;
    let refresh = |token: &Value| {
        let body = json!({ "refresh_token": token });
        let server = &server;
        async move { server.call("", "POST", "/api/auth/refresh", Some(body)).await }
    };
    let second = refresh(&first["refresh_token"]).await.body;
    // The grace of parallel tabs is over.
    let pool = sqlx::SqlitePool::connect(&server.sqlite_url()).await.unwrap();
    sqlx::query("UPDATE logins SET rotated_at = rotated_at - 60000").execute(&pool).await.unwrap();
    assert_eq!(refresh(&first["refresh_token"]).await.status, 401);
    assert_eq!(refresh(&second["refresh_token"]).await.status, 401, "thief and owner are both out");
    assert_eq!(server.get(second["access_token"].as_str().unwrap(), "/api/me").await.status, 401);
    let audit = server.get(&ann, "/api/me/audit?limit=1").await.body;
    assert_eq!(audit["items"][0]["event"], "refresh_reused");
    let next = audit["next"].as_u64().unwrap();
    let older = server.get(&ann, &format!("/api/me/audit?before={next}")).await.body;
    assert_eq!(events(&older), ["account_made", "logged_in", "logged_in"]);
    // Expired altogether.
    let third = log_in(&server, "ann", PASSWORD).await.body;
    sqlx::query("UPDATE logins SET expires_at = 1").execute(&pool).await.unwrap();
    assert_eq!(refresh(&third["refresh_token"]).await.status, 401);
    sqlx::query("UPDATE api_tokens SET expires_at = 1").execute(&pool).await.unwrap();
}

#[tokio::test]
async fn logging_out_ends_the_login_and_an_expired_api_token_is_worth_nothing() {
    let server = team().await;
    let (ann, _) = server.person("ann").await;
    let tokens = log_in(&server, "ann", PASSWORD).await.body;
    let access = tokens["access_token"].as_str().unwrap();
    let out = json!({ "refresh_token": tokens["refresh_token"] });
    for _ in 0..2 {
        assert_eq!(server.call("", "POST", "/api/auth/logout", Some(out.clone())).await.status, 204);
        assert_eq!(server.get(access, "/api/me").await.status, 401);
    }
    let wrong = json!({ "refresh_token": "dmr_00_00" });
    assert_eq!(server.call("", "POST", "/api/auth/logout", Some(wrong)).await.status, 204, "it tells nothing");

    let made = server
        .post(&ann, "/api/me/tokens", json!({ "name": "ci", "scopes": ["project:read", "org:admin"], "days": 1 }))
        .await;
    let token = made["token"].as_str().unwrap();
    assert_eq!(server.get(token, "/api/me").await.status, 200);
    let another = json!({ "name": "longer", "scopes": ["project:read"], "days": 366 });
    assert_eq!(server.call(token, "POST", "/api/me/tokens", Some(another)).await.status, 403, "a token makes no token");
    let pool = sqlx::SqlitePool::connect(&server.sqlite_url()).await.unwrap();
    sqlx::query("UPDATE api_tokens SET expires_at = 1").execute(&pool).await.unwrap();
    assert_eq!(server.get(token, "/api/me").await.status, 401);
}

#[tokio::test]
async fn an_invitation_is_for_one_place_and_one_person() {
    let server = start(None, None, Registration::Invite).await;
    let (owner, _) = server.person("owner").await;
    let (org, _) = server.project(&owner).await;
    let path = format!("/api/orgs/{org}/invitations");
    let register = |handle: &str, email: Value, invitation: &Value| {
        let body =
            json!({ "handle": handle, "name": handle, "email": email, "password": PASSWORD, "invitation": invitation });
        let server = &server;
        async move { server.call("", "POST", "/api/auth/register", Some(body)).await }
    };
    assert_eq!(register("eve", Value::Null, &Value::Null).await.status, 403, "nobody without");
    assert_eq!(register("eve", Value::Null, &json!("dmi_made_up")).await.status, 422);

    let made = server.post(&owner, &path, json!({ "role": "maintainer", "email": "Bob@Acme.example" })).await;
    let invitation = &made["invitation"];
    let look = server.post("", "/api/auth/invitations/look", json!({ "invitation": invitation })).await;
    assert_eq!(
        (&look["name"], &look["role"], &look["email"]),
        (&json!("Acme"), &json!("maintainer"), &json!("bob@acme.example"))
    );
    assert_eq!(register("eve", json!("eve@acme.example"), invitation).await.status, 422, "for somebody else");
    // A refused registration leaves it good.
    assert_eq!(register("owner", json!("bob@acme.example"), invitation).await.status, 409, "the handle is taken");
    let bob = register("bob", json!("bob@acme.example"), invitation).await;
    assert_eq!(bob.status, 201, "{}", bob.text);
    let bob = bob.body["access_token"].as_str().unwrap().to_owned();
    assert_eq!(server.get(&bob, "/api/orgs").await.body[0]["role"], "maintainer");
    assert_eq!(register("bib", json!("bob@acme.example"), invitation).await.status, 422, "once");
    assert_eq!(server.get(&owner, &path).await.body, json!([]));

    // Withdrawn, expired.
    let made = server.post(&owner, &path, json!({ "role": "member", "days": 1 })).await;
    assert_eq!(server.get(&owner, &path).await.body[0]["id"], made["id"]);
    assert!(!server.get(&owner, &path).await.text.contains(made["invitation"].as_str().unwrap()), "shown once");
    let one = format!("{path}/{}", made["id"].as_str().unwrap());
    assert_eq!(server.call(&owner, "DELETE", &one, None).await.status, 204);
    assert_eq!(server.call(&owner, "DELETE", &one, None).await.status, 404);
    assert_eq!(register("eve", Value::Null, &made["invitation"]).await.status, 422);
    let made = server.post(&owner, &path, json!({ "role": "member", "days": 1 })).await;
    let pool = sqlx::SqlitePool::connect(&server.sqlite_url()).await.unwrap();
    sqlx::query("UPDATE invitations SET expires_at = 1 WHERE accepted_by = ''").execute(&pool).await.unwrap();
    assert_eq!(register("eve", Value::Null, &made["invitation"]).await.status, 422);
    for days in [0, 91] {
        assert_eq!(
            server.call(&owner, "POST", &path, Some(json!({ "role": "member", "days": days }))).await.status,
            422
        );
    }

    // Accepted by somebody who has an account, who is then a member and cannot be demoted by another one.
    let made = server.post(&owner, &path, json!({ "role": "member" })).await;
    let accept = |token: &str, made: &Value| {
        let (body, token) = (json!({ "invitation": made["invitation"] }), token.to_owned());
        let server = &server;
        async move { server.call(&token, "POST", "/api/me/invitations", Some(body)).await }
    };
    assert_eq!(accept(&owner, &made).await.status, 409, "the owner is a member already");
    let other = server.post(&owner, "/api/orgs", json!({ "name": "Other" })).await;
    let other = format!("/api/orgs/{}/invitations", other["id"].as_str().unwrap());
    let made = server.post(&owner, &other, json!({ "role": "guest" })).await;
    assert_eq!(accept(&bob, &made).await.body["role"], "guest");
    let audit = server.get(&owner, &format!("/api/orgs/{org}/audit")).await;
    assert!(events(&audit.body).contains(&"invitation_accepted".to_owned()), "{}", audit.text);
}

#[tokio::test]
async fn nobody_invites_above_themselves_nor_after_they_have_left() {
    let server = team().await;
    let (owner, _) = server.person("owner").await;
    let (org, _) = server.project(&owner).await;
    let (admin, admin_id) = server.person("admin").await;
    let (bob, _) = server.person("bob").await;
    let set = |role: &str| json!({ "id": command_id(), "command": { "type": "org_member.set", "user": admin_id, "role": role } });
    let commands = format!("/api/orgs/{org}/commands");
    server.post(&owner, &commands, set("admin")).await;
    let path = format!("/api/orgs/{org}/invitations");
    assert_eq!(server.call(&admin, "POST", &path, Some(json!({ "role": "owner" }))).await.status, 403);
    let made = server.post(&admin, &path, json!({ "role": "admin" })).await;
    // A token of the owner's that may only take people in makes no admins.
    let token =
        server.post(&owner, "/api/me/tokens", json!({ "name": "hr", "scopes": ["org:members"], "days": 1 })).await;
    let token = token["token"].as_str().unwrap();
    assert_eq!(server.call(token, "POST", &path, Some(json!({ "role": "admin" }))).await.status, 403);
    server.post(token, &path, json!({ "role": "member" })).await;

    server.post(&owner, &commands, set("member")).await;
    let accept = json!({ "invitation": made["invitation"] });
    let refused = server.call(&bob, "POST", "/api/me/invitations", Some(accept)).await;
    assert!(refused.status == 422 && refused.text.contains("may not invite any more"), "{}", refused.text);
}

#[tokio::test]
async fn a_service_account_works_by_token_alone_and_never_above_its_maker() {
    let server = team().await;
    let (owner, _) = server.person("owner").await;
    let (org, project) = server.project(&owner).await;
    let (admin, admin_id) = server.person("admin").await;
    let set = |user: &Value, role: &str| json!({ "id": command_id(), "command": { "type": "org_member.set", "user": user, "role": role } });
    let commands = format!("/api/orgs/{org}/commands");
    server.post(&owner, &commands, set(&json!(admin_id), "admin")).await;
    let path = format!("/api/orgs/{org}/service-accounts");
    let new = |role: &str| json!({ "handle": "deploy-bot", "name": "Deploys", "role": role });
    assert_eq!(server.call(&admin, "POST", &path, Some(new("owner"))).await.status, 403);
    let robot = server.post(&admin, &path, new("member")).await;
    let id = &robot["id"];
    let own = format!("{path}/{}", id.as_str().unwrap());
    let tokens = format!("{own}/tokens");
    let wanted = json!({ "name": "ci", "scopes": ["project:read", "task:write"], "days": 30 });
    let made = server.post(&admin, &tokens, wanted.clone()).await;
    let token = made["token"].as_str().unwrap();
    let task = server.task(token, &project, "by a robot").await;
    assert_eq!(task["created_by"].as_str().or(task["author"].as_str()), id.as_str(), "{task}");
    assert_eq!(server.get(&admin, &tokens).await.body[0]["name"], "ci");

    // It makes itself nothing: no token, no organisation, no login, no place elsewhere.
    assert_eq!(server.call(token, "POST", "/api/me/tokens", Some(wanted.clone())).await.status, 403);
    assert_eq!(server.call(token, "POST", &tokens, Some(wanted.clone())).await.status, 403);
    assert_eq!(log_in(&server, "deploy-bot", "").await.status, 401);
    let (stranger, _) = server.person("stranger").await;
    let (elsewhere, _) = server.project(&stranger).await;
    let take =
        server.call(&stranger, "POST", &format!("/api/orgs/{elsewhere}/commands"), Some(set(id, "member"))).await;
    assert_eq!((take.status, take.body["field"].clone()), (StatusCode::UNPROCESSABLE_ENTITY, json!("command/user")));
    let theirs = format!("/api/orgs/{elsewhere}/service-accounts/{}", id.as_str().unwrap());
    assert_eq!(server.call(&stranger, "DELETE", &theirs, None).await.status, 404);

    // Made an owner by the owner, it still gets no token from the admin that would make the admin one.
    server.post(&owner, &commands, set(id, "owner")).await;
    let own_all = json!({ "name": "root", "scopes": ["org:own"], "days": 1 });
    assert_eq!(server.call(&admin, "POST", &tokens, Some(own_all.clone())).await.status, 403);
    let root = server.post(&owner, &tokens, own_all).await;
    let body = Some(json!({ "name": "Robots" }));
    assert_eq!(server.call(root["token"].as_str().unwrap(), "POST", "/api/orgs", body).await.status, 403);
    assert_eq!(server.call(&admin, "DELETE", &own, None).await.status, 403, "an admin removes no owner");
    server.post(&owner, &commands, set(id, "member")).await;

    // Shut, opened, one token removed, removed altogether.
    let shut = |disabled: bool| server.call(&admin, "PATCH", &own, Some(json!({ "disabled": disabled })));
    assert_eq!(shut(true).await.body["disabled"], true);
    assert_eq!(server.get(token, "/api/me").await.status, 401);
    assert_eq!(shut(false).await.status, 200);
    assert_eq!(server.get(token, "/api/me").await.status, 200);
    let second = server.post(&admin, &tokens, wanted).await;
    let one = format!("{tokens}/{}", made["id"].as_str().unwrap());
    assert_eq!(server.call(&admin, "DELETE", &one, None).await.status, 204);
    assert_eq!(server.get(token, "/api/me").await.status, 401);
    let second = second["token"].as_str().unwrap();
    assert_eq!(server.get(second, "/api/me").await.status, 200);
    assert_eq!(server.call(&admin, "DELETE", &own, None).await.status, 204);
    assert_eq!(server.get(second, "/api/me").await.status, 401);
    assert_eq!(server.get(&admin, &path).await.body, json!([]));
    let audit = server.get(&admin, &format!("/api/orgs/{org}/audit")).await;
    for event in [
        "service_account_made",
        "token_made",
        "service_account_disabled",
        "service_account_enabled",
        "token_removed",
        "service_account_removed",
    ] {
        assert!(events(&audit.body).contains(&event.to_owned()), "{event}: {}", audit.text);
    }
    assert!(!audit.text.contains(second) && !audit.text.contains(PASSWORD));
}

/// Members see what happened in their organisation; where somebody logs in from is that person's own affair.
#[tokio::test]
async fn administrators_see_logins_but_not_from_where() {
    let server = team().await;
    let (owner, _) = server.person("owner").await;
    let (org, _) = server.project(&owner).await;
    let (bob, bob_id) = server.person("bob").await;
    let set = json!({ "id": command_id(), "command": { "type": "org_member.set", "user": bob_id, "role": "member" } });
    server.post(&owner, &format!("/api/orgs/{org}/commands"), set).await;
    log_in(&server, "bob", "wrong horse battery").await;
    let path = format!("/api/orgs/{org}/audit");
    assert_eq!(server.get(&bob, &path).await.status, 403);
    let audit = server.get(&owner, &path).await.body;
    let refused = audit["items"].as_array().unwrap().iter().find(|item| item["event"] == "login_refused").unwrap();
    assert_eq!((&refused["user"], refused.get("client")), (&json!(bob_id), None));
    let own = server.get(&bob, "/api/me/audit").await.body;
    assert_eq!(own["items"][0]["client"], "unknown");
}

const GRANT: &str = "urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Adevice_code";

async fn ask(server: &Server) -> Value {
    let body = "client_id=devmentor-cli&client_name=devmentor+on+%3Cb%3Elaptop";
    let answer = Browser::new().ask(server, "", "POST", "/api/auth/device/code", body).await;
    assert_eq!((answer.status, answer.headers["cache-control"].to_str().unwrap()), (StatusCode::OK, "no-store"));
    answer.body
}

async fn poll(server: &Server, codes: &Value) -> Value {
    let code = codes["device_code"].as_str().unwrap();
    let body = format!("grant_type={GRANT}&client_id=devmentor-cli&device_code={code}");
    Browser::new().ask(server, "", "POST", "/api/auth/device/token", &body).await.body
}

#[tokio::test]
async fn a_program_is_let_in_by_a_code() {
    let server = team().await;
    let (ann, _) = server.person("ann").await;
    let codes = ask(&server).await;
    assert_eq!((&codes["interval"], &codes["expires_in"]), (&json!(5), &json!(600)));
    assert_eq!(codes["verification_uri"], "http://127.0.0.1:7340/device");
    assert_eq!(poll(&server, &codes).await["error"], "authorization_pending");
    assert_eq!(poll(&server, &codes).await["error"], "slow_down", "at once again");

    let code = codes["user_code"].as_str().unwrap().to_lowercase().replace('-', " ");
    let seen = server.post(&ann, "/api/auth/device/look", json!({ "user_code": code })).await;
    assert_eq!(seen["client"], "devmentor on <b>laptop");
    let decide = |approve: bool| json!({ "user_code": code, "approve": approve });
    let token =
        server.post(&ann, "/api/me/tokens", json!({ "name": "ci", "scopes": ["project:read"], "days": 1 })).await;
    let by_token =
        server.call(token["token"].as_str().unwrap(), "POST", "/api/auth/device/decide", Some(decide(true))).await;
    assert_eq!(by_token.status, 403, "a token would become a login");
    assert_eq!(server.call(&ann, "POST", "/api/auth/device/decide", Some(decide(true))).await.status, 204);
    assert_eq!(server.call(&ann, "POST", "/api/auth/device/decide", Some(decide(false))).await.status, 404, "once");

    let tokens = poll(&server, &codes).await;
    assert_eq!(tokens["token_type"], "Bearer");
    let access = tokens["access_token"].as_str().unwrap();
    assert_eq!(server.get(access, "/api/me").await.body["handle"], "ann");
    assert_eq!(poll(&server, &codes).await["error"], "invalid_grant", "tokens are given once");
    let refreshed = server.post("", "/api/auth/refresh", json!({ "refresh_token": tokens["refresh_token"] })).await;
    assert!(refreshed["access_token"].is_string());
    let logins = server.get(&ann, "/api/me/logins").await.body;
    assert!(logins.as_array().unwrap().iter().any(|login| login["client"] == "devmentor on <b>laptop"), "{logins}");
}

#[tokio::test]
async fn a_program_that_is_denied_late_or_unknown_stays_outside() {
    let server = team().await;
    let (ann, _) = server.person("ann").await;
    let codes = ask(&server).await;
    let decide = json!({ "user_code": codes["user_code"], "approve": false });
    assert_eq!(server.call(&ann, "POST", "/api/auth/device/decide", Some(decide)).await.status, 204);
    assert_eq!(poll(&server, &codes).await["error"], "access_denied");

    let codes = ask(&server).await;
    let pool = sqlx::SqlitePool::connect(&server.sqlite_url()).await.unwrap();
    sqlx::query("UPDATE devices SET expires_at = created_at").execute(&pool).await.unwrap();
    let late = json!({ "user_code": codes["user_code"], "approve": true });
    assert_eq!(server.call(&ann, "POST", "/api/auth/device/decide", Some(late)).await.status, 404);
    assert_eq!(poll(&server, &codes).await["error"], "expired_token");

    assert_eq!(poll(&server, &json!({ "device_code": "dmd_made_up" })).await["error"], "invalid_grant");
    let browser = Browser::new();
    let other = browser
        .ask(&server, "", "POST", "/api/auth/device/token", "grant_type=password&client_id=x&device_code=y")
        .await;
    assert_eq!((other.status, other.body["error"].clone()), (StatusCode::BAD_REQUEST, json!("unsupported_grant_type")));
    assert_eq!(browser.ask(&server, "", "POST", "/api/auth/device/token", "client_id=x").await.status, 422);
    assert_eq!(browser.ask(&server, "", "POST", "/api/auth/device/code", "{}").await.status, 415);

    // A password change between yes and the tokens: whoever said yes may not have been the owner.
    let codes = ask(&server).await;
    let yes = json!({ "user_code": codes["user_code"], "approve": true });
    assert_eq!(server.call(&ann, "POST", "/api/auth/device/decide", Some(yes)).await.status, 204);
    server.post(&ann, "/api/me/password", json!({ "current": PASSWORD, "new": "another horse battery" })).await;
    assert_eq!(poll(&server, &codes).await["error"], "invalid_grant");
}

#[tokio::test]
async fn codes_cannot_be_guessed() {
    let server = team().await;
    let (ann, _) = server.person("ann").await;
    let codes = ask(&server).await;
    let right = json!({ "user_code": codes["user_code"] });
    for _ in 0..10 {
        let wrong = server.call(&ann, "POST", "/api/auth/device/look", Some(json!({ "user_code": "BBBB-BBBB" }))).await;
        assert_eq!(wrong.status, 404);
        // A code of one's own in between changes nothing.
        server.call(&ann, "POST", "/api/auth/device/look", Some(right.clone())).await;
    }
    let limited = server.call(&ann, "POST", "/api/auth/device/look", Some(right.clone())).await;
    assert_eq!(limited.status, 429, "the right one as well");
    let (bob, _) = server.person("bob").await;
    assert_eq!(server.call(&bob, "POST", "/api/auth/device/look", Some(right)).await.status, 200);
}

#[tokio::test]
async fn the_page_lets_a_program_in_without_script() {
    let server = team().await;
    server.person("ann").await;
    let codes = ask(&server).await;
    let code = codes["user_code"].as_str().unwrap();
    let browser = Browser::new();
    let page = browser.get(&server, codes["verification_uri_complete"].as_str().unwrap()).await;
    assert_eq!(page.status, 200);
    let policy = page.headers["content-security-policy"].to_str().unwrap();
    assert!(
        policy.starts_with("default-src 'none'; style-src 'sha256-") && policy.contains("form-action 'self'"),
        "{policy}"
    );
    assert!(!policy.contains("unsafe") && page.text.contains(&format!("value=\"{code}\"")), "{}", page.text);
    let strange = browser.get(&server, "/device?user_code=%22%3E%3Cscript%3E").await;
    assert!(!strange.text.contains("<script"), "{}", strange.text);

    let form = |password: &str| format!("user_code={code}&name=ann&password={}", password.replace(' ', "+"));
    let wrong = browser.ask(&server, "", "POST", "/device", &form("wrong horse battery")).await;
    assert!(wrong.status == 401 && wrong.text.contains("The name or the password is wrong"), "{}", wrong.text);
    assert!(!wrong.text.contains("wrong horse"), "what was typed is not shown again");
    let second = browser.ask(&server, "", "POST", "/device", &form(PASSWORD)).await;
    assert!(second.text.contains("devmentor on &#60;b&#62;laptop") && second.text.contains("@ann"), "{}", second.text);
    assert_eq!(poll(&server, &codes).await["error"], "authorization_pending", "who they are is not yet a yes");

    let ticket = second.text.split("name=\"ticket\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let answer = format!("ticket={ticket}&answer=yes");
    // A page of another origin has the ticket, but not the browser.
    let third = browser.ask(&server, "", "POST", "/device", &form(PASSWORD)).await;
    let other = third.text.split("name=\"ticket\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    assert_eq!(
        Browser::new().ask(&server, "", "POST", "/device/decide", &format!("ticket={other}&answer=yes")).await.status,
        401
    );
    let done = browser.ask(&server, "", "POST", "/device/decide", &answer).await;
    assert!(done.status == 200 && done.text.contains("It is in"), "{}", done.text);
    assert_eq!(browser.ask(&server, "", "POST", "/device/decide", &answer).await.status, 401, "once");
    assert!(poll(&server, &codes).await["access_token"].is_string());
}

#[tokio::test]
async fn without_accounts_there_is_nothing_to_log_in_to() {
    let server = crate::support::solo().await;
    let answer = Browser::new().ask(&server, "", "POST", "/api/auth/device/code", "client_id=x").await;
    assert!(answer.status == 403 && answer.text.contains("needs no login"), "{}", answer.text);
    assert_eq!(server.get("", "/device").await.status, 403);
    let register = json!({ "handle": "ann", "name": "Ann", "password": PASSWORD });
    assert_eq!(server.call("", "POST", "/api/auth/register", Some(register)).await.status, 403);
    assert_eq!(part("/x?a=1&b=2#c=3", "c"), "3");
}

/// Someone with access to the database changes who came in, or removes it: the check names the place.
#[tokio::test]
async fn the_record_of_logins_cannot_be_altered_unseen() {
    let server = team().await;
    server.person("ann").await;
    server.person("bob").await;
    let pool = sqlx::SqlitePool::connect(&server.sqlite_url()).await.unwrap();
    let check = async || {
        let (_, findings) = backend::storage::check(&**server.node.app.streams.store()).await.unwrap();
        findings.into_iter().map(|finding| finding.problem).collect::<Vec<_>>().join("\n")
    };
    let run = async |sql: &'static str| sqlx::query(sql).execute(&pool).await.unwrap();
    assert_eq!(check().await, "");
    run("UPDATE auth_log SET body = replace(body, 'unknown', 'forged') WHERE seq = 2").await;
    assert_eq!(check().await, "entry 2 or one before it was altered: its hash does not fit");
    run("UPDATE auth_log SET body = replace(body, 'forged', 'unknown') WHERE seq = 2").await;
    assert_eq!(check().await, "");
    run("UPDATE auth_log SET user_id = '' WHERE seq = 3").await;
    assert_eq!(check().await, "the columns of entry 3 contradict its body");
    run("DELETE FROM auth_log WHERE seq = 4").await;
    assert!(check().await.ends_with("the head of the chain is not its last entry"));
}
