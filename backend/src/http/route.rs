//! Routes: path, handler, rule and description in one call. The rule given here is the one that is enforced
//! (`guard.rs`) and the one that the OpenAPI document tells, so that the two cannot part.

use std::sync::Arc;

use axum::Router;
use axum::handler::Handler;
use axum::http::Method;
use axum::middleware::from_fn_with_state;
use axum::routing::{MethodFilter, on};
use domain::Permission;
use schemars::{JsonSchema, Schema, SchemaGenerator, generate::SchemaSettings};
use serde_json::{Map, Value, json};

use super::guard;
use crate::app::App;
use crate::problem::Problem;

/// Who may use a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Rule {
    /// Everybody.
    Open,
    /// Whoever is logged in.
    SignedIn,
    /// Whoever has the permission in the project that the path names.
    Project(Permission),
    /// Whoever has the permission in the organisation that the path names.
    Org(Permission),
}

impl Rule {
    fn name(self) -> String {
        match self {
            Self::Open => "open".to_owned(),
            Self::SignedIn => "signed_in".to_owned(),
            Self::Project(permission) | Self::Org(permission) => permission.name().to_owned(),
        }
    }
}

/// Makes a schema when the document is written; schemas of tables depend on the row.
type MakeSchema = Box<dyn Fn(&mut SchemaGenerator) -> Schema>;

/// What a route takes and gives.
pub(super) struct About {
    summary: String,
    rule: Rule,
    query: Option<MakeSchema>,
    body: Option<(&'static str, MakeSchema)>,
    answers: Vec<(u16, &'static str, Option<MakeSchema>)>,
    command: bool,
    page: bool,
}

/// The schema of a type.
fn schema_of<T: JsonSchema + 'static>() -> MakeSchema {
    Box::new(SchemaGenerator::subschema_for::<T>)
}

impl About {
    pub(super) fn new(rule: Rule, summary: impl Into<String>) -> Self {
        Self {
            summary: summary.into(),
            rule,
            query: None,
            body: None,
            answers: Vec::new(),
            command: false,
            page: false,
        }
    }

    /// What may stand behind `?`.
    pub(super) fn query<T: JsonSchema + 'static>(self) -> Self {
        self.query_as(SchemaGenerator::subschema_for::<T>)
    }

    /// The same, by a schema made by hand.
    pub(super) fn query_as(mut self, schema: impl Fn(&mut SchemaGenerator) -> Schema + 'static) -> Self {
        self.query = Some(Box::new(schema));
        self
    }

    /// The JSON body.
    pub(super) fn body<T: JsonSchema + 'static>(self) -> Self {
        self.body_as(SchemaGenerator::subschema_for::<T>)
    }

    /// The same, by a schema made by hand.
    pub(super) fn body_as(mut self, schema: impl Fn(&mut SchemaGenerator) -> Schema + 'static) -> Self {
        self.body = Some(("application/json", Box::new(schema)));
        self
    }

    /// The body of an HTML form, as OAuth has it.
    pub(super) fn form<T: JsonSchema + 'static>(mut self) -> Self {
        self.body = Some(("application/x-www-form-urlencoded", schema_of::<T>()));
        self
    }

    /// A JSON answer.
    pub(super) fn gives<T: JsonSchema + 'static>(mut self, status: u16) -> Self {
        self.answers.push((status, "application/json", Some(schema_of::<T>())));
        self
    }

    /// The same, by a schema made by hand.
    pub(super) fn gives_as(mut self, status: u16, schema: impl Fn(&mut SchemaGenerator) -> Schema + 'static) -> Self {
        self.answers.push((status, "application/json", Some(Box::new(schema))));
        self
    }

    /// An answer that is no JSON.
    pub(super) fn gives_other(mut self, status: u16, kind: &'static str) -> Self {
        self.answers.push((status, kind, None));
        self
    }

    /// Browsers come here: what goes wrong is told on a page, where it is not told by the layers around.
    pub(super) fn page(mut self) -> Self {
        self.page = true;
        self
    }

    /// Takes `Idempotency-Key` and `If-Match`, and is refused as commands are.
    pub(super) fn command(mut self) -> Self {
        self.command = true;
        self
    }
}

/// Makes schemas whose references lead to where OpenAPI has its components.
pub(super) fn generator() -> SchemaGenerator {
    let mut settings = SchemaSettings::draft2020_12();
    settings.definitions_path = "/components/schemas".into();
    settings.meta_schema = None;
    settings.into_generator()
}

struct Operation {
    method: Method,
    path: String,
    about: About,
}

type Build = Box<dyn FnOnce(Router<Arc<App>>, &Arc<App>) -> Router<Arc<App>>>;

/// The routes of all groups.
#[derive(Default)]
pub(super) struct Api {
    operations: Vec<Operation>,
    build: Vec<Build>,
}

impl Api {
    pub(super) fn get<T: 'static>(&mut self, path: &str, about: About, handler: impl Handler<T, Arc<App>>) {
        self.add(Method::GET, path, about, handler);
    }

    pub(super) fn post<T: 'static>(&mut self, path: &str, about: About, handler: impl Handler<T, Arc<App>>) {
        self.add(Method::POST, path, about, handler);
    }

    pub(super) fn patch<T: 'static>(&mut self, path: &str, about: About, handler: impl Handler<T, Arc<App>>) {
        self.add(Method::PATCH, path, about, handler);
    }

    pub(super) fn delete<T: 'static>(&mut self, path: &str, about: About, handler: impl Handler<T, Arc<App>>) {
        self.add(Method::DELETE, path, about, handler);
    }

    /// A route of any method that routers know.
    pub(super) fn add<T: 'static>(
        &mut self,
        method: Method,
        path: &str,
        about: About,
        handler: impl Handler<T, Arc<App>>,
    ) {
        let (rule, path) = (about.rule, path.to_owned());
        let filter = MethodFilter::try_from(method.clone()).unwrap_or(MethodFilter::GET);
        let at = path.clone();
        self.build.push(Box::new(move |router, app| {
            router.route(&at, on(filter, handler).layer(from_fn_with_state((app.clone(), rule), guard::admit)))
        }));
        self.operations.push(Operation { method, path, about });
    }

    pub(super) fn into_router(self, app: &Arc<App>) -> Router<Arc<App>> {
        self.build.into_iter().fold(Router::new(), |router, build| build(router, app))
    }

    /// OpenAPI 3.1.
    pub(super) fn document(&self) -> Value {
        let mut generator = generator();
        let mut paths = Map::new();
        for operation in &self.operations {
            let item = paths.entry(operation.path.clone()).or_insert_with(|| json!({}));
            item[operation.method.as_str().to_ascii_lowercase()] = describe(operation, &mut generator);
        }
        generator.subschema_for::<Problem>();
        json!({
            "openapi": "3.1.0",
            "info": {
                "title": "DevMentor",
                "version": env!("CARGO_PKG_VERSION"),
                "description": "Projects, boards and live rooms. Errors are problem documents (RFC 9457). A write that carries an Idempotency-Key is done once, however often it is sent.",
                "license": { "name": "MIT OR Apache-2.0" },
            },
            "paths": paths,
            "components": {
                "schemas": generator.take_definitions(true),
                "securitySchemes": { "bearer": { "type": "http", "scheme": "bearer" } },
            },
        })
    }
}

fn describe(operation: &Operation, generator: &mut SchemaGenerator) -> Value {
    let about = &operation.about;
    let mut parameters: Vec<Value> = operation
        .path
        .split('/')
        .filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'))
        .map(|name| json!({ "name": name, "in": "path", "required": true, "schema": { "type": "string" } }))
        .collect();
    if let Some(query) = &about.query {
        // The schema of a query is an object; each property becomes a parameter.
        let schema = query(generator).to_value();
        let name = schema["$ref"].as_str().and_then(|path| path.rsplit('/').next()).unwrap_or_default().to_owned();
        let resolved = generator.definitions().get(&name).cloned().unwrap_or(schema);
        let required: Vec<_> = resolved["required"].as_array().cloned().unwrap_or_default();
        for (name, schema) in resolved["properties"].as_object().into_iter().flatten() {
            let required = required.iter().any(|one| one == name);
            parameters.push(json!({ "name": name, "in": "query", "required": required, "schema": schema }));
        }
    }
    if about.command {
        parameters.push(json!({
            "name": "Idempotency-Key", "in": "header", "required": false,
            "schema": { "type": "string", "maxLength": 200 },
            "description": "Made by the client; the same key again does nothing again. An identity such as cmd_… is best.",
        }));
    }
    let mut responses = Map::new();
    for (status, kind, schema) in &about.answers {
        let content = match schema {
            Some(schema) => json!({ *kind: { "schema": schema(generator) } }),
            None if kind.is_empty() => json!({}),
            None => json!({ *kind: { "schema": { "type": "string" } } }),
        };
        responses.insert(status.to_string(), json!({ "description": about.summary, "content": content }));
    }
    let problem = json!({ "schema": { "$ref": "#/components/schemas/Problem" } });
    let mut wrong = json!({ "application/problem+json": problem });
    if about.page {
        wrong["text/html"] = json!({ "schema": { "type": "string" } });
    }
    responses.insert("default".to_owned(), json!({ "description": "A problem document.", "content": wrong }));
    let mut description = json!({
        "summary": about.summary,
        "operationId": operation_id(operation),
        "parameters": parameters,
        "responses": responses,
        "x-permission": about.rule.name(),
        "security": if about.rule == Rule::Open { json!([]) } else { json!([{ "bearer": [] }]) },
    });
    if let Some((kind, body)) = &about.body {
        description["requestBody"] = json!({ "required": true, "content": { *kind: { "schema": body(generator) } } });
    }
    description
}

fn operation_id(operation: &Operation) -> String {
    let path: Vec<_> = operation.path.split(['/', '{', '}', '.']).filter(|part| !part.is_empty()).collect();
    format!("{}_{}", operation.method.as_str().to_ascii_lowercase(), path.join("_"))
}
