//! Schemas of the table of routes, taken from those of commands and entities.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use axum::http::Method;
use domain::Command;
use domain::state::Entity;
use schemars::{Schema, SchemaGenerator};
use serde_json::{Map, Value, json};

use super::resources::{Number, Write};
use super::route::{About, generator};

/// What a route takes, as its command says.
#[derive(Debug)]
pub(super) struct Shape {
    method: Method,
    /// `create` of `epic.create`.
    verb: String,
    summary: String,
    /// Path parameter → field of the command.
    params: BTreeMap<String, String>,
    /// The fields of the command that the path and the table leave open.
    open: Map<String, Value>,
    required: Vec<Value>,
}

/// The schemas of all commands.
static COMMANDS: LazyLock<Value> = LazyLock::new(|| {
    let mut generator = generator();
    generator.subschema_for::<Command>();
    generator.definitions().get("Command").cloned().unwrap_or_default()
});

/// One variant of a tagged type.
fn variant(schema: &Value, tag: &str, name: &str) -> Map<String, Value> {
    let mut variants = schema["oneOf"].as_array().into_iter().flatten();
    let fitting = variants.find(|variant| variant["properties"][tag]["const"] == name);
    fitting.and_then(Value::as_object).cloned().unwrap_or_default()
}

impl Shape {
    pub(super) fn of(write: &Write) -> Self {
        let command = variant(&COMMANDS, "type", &write.command);
        let params: BTreeMap<String, String> = write
            .path
            .split('/')
            .filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'))
            .filter(|part| !matches!(*part, "project" | "org"))
            .map(|part| part.split_once('=').unwrap_or((part, part)))
            .map(|(param, field)| (param.to_owned(), field.to_owned()))
            .collect();
        let is_open = |name: &str| {
            name != "type"
                && params.values().all(|field| field != name)
                && write.fixed.is_none_or(|(fixed, _)| fixed != name)
        };
        let open: Map<_, _> = command
            .get("properties")
            .and_then(Value::as_object)
            .into_iter()
            .flatten()
            .filter(|(name, _)| is_open(name))
            .map(|(name, schema)| (name.clone(), schema.clone()))
            .collect();
        let required = command.get("required").and_then(Value::as_array).into_iter().flatten();
        Self {
            method: write.method.clone(),
            verb: write.command.rsplit('.').next().unwrap_or_default().to_owned(),
            summary: command.get("description").and_then(Value::as_str).unwrap_or_default().to_owned(),
            // The identity of something new may be left out.
            required: required.filter(|name| *name != "id" && name.as_str().is_some_and(is_open)).cloned().collect(),
            params,
            open,
        }
    }

    pub(super) fn summary(&self) -> String {
        self.summary.split_once('.').map_or(&*self.summary, |(first, _)| first).to_owned()
    }

    pub(super) fn field_of(&self, param: &str) -> Option<&str> {
        self.params.get(param).map(String::as_str)
    }

    pub(super) fn has(&self, field: &str) -> bool {
        self.open.contains_key(field)
    }

    /// Whether the route makes something.
    pub(super) fn makes(&self) -> bool {
        self.method == Method::POST && matches!(&*self.verb, "create" | "set")
    }

    fn removes(&self) -> bool {
        matches!(&*self.verb, "delete" | "remove")
    }

    /// Whether the body is the command's `fields` themselves.
    pub(super) fn wraps(&self) -> bool {
        self.method == Method::PATCH && self.has("fields")
    }

    /// Whether there is a body; what is open otherwise stands behind `?`.
    pub(super) fn takes_body(&self) -> bool {
        !self.open.is_empty() && matches!(self.method, Method::POST | Method::PATCH)
    }

    /// Writes body, query and answers into a route's description.
    pub(super) fn describe(&self, about: About, target: &'static str) -> About {
        let input = match self.wraps() {
            true => self.open["fields"].clone(),
            false => json!({
                "type": "object", "properties": self.open, "required": self.required, "additionalProperties": false,
            }),
        };
        let input = Schema::try_from(input).unwrap_or_default();
        let about = match (self.takes_body(), self.open.is_empty()) {
            (true, _) => about.body_as(move |_| input.clone()),
            (false, false) => about.query_as(move |_| input.clone()),
            (false, true) => about,
        };
        match (target, self.makes(), self.removes()) {
            ("", ..) => about.gives::<Number>(200),
            (_, _, true) => about.gives_other(204, ""),
            (_, made, _) => about.gives_as(if made { 201 } else { 200 }, move |generator| shown(generator, target)),
        }
    }
}

/// An entity of one kind with its version; a component of its own, such as `VersionedEpic`.
pub(super) fn shown(generator: &mut SchemaGenerator, kind: &str) -> Schema {
    let name: String = std::iter::once("Versioned".to_owned()).chain(kind.split('_').map(capital)).collect();
    if !generator.definitions().contains_key(&name) {
        generator.subschema_for::<Entity>();
        let all = generator.definitions().get("Entity").cloned().unwrap_or_default();
        let version =
            json!({ "type": "integer", "minimum": 0, "description": "The number of the event that last changed it." });
        let mut schema = variant(&all, "kind", kind);
        if let Some(properties) = schema.get_mut("properties").and_then(Value::as_object_mut) {
            properties.insert("version".to_owned(), version);
        }
        schema.insert("required".to_owned(), json!(["kind", "version"]));
        generator.definitions_mut().insert(name.clone(), Value::Object(schema));
    }
    Schema::new_ref(format!("#/components/schemas/{name}"))
}

/// A page of entities of one kind.
pub(super) fn page(generator: &mut SchemaGenerator, kind: &str) -> Schema {
    let item = shown(generator, kind);
    let page = json!({
        "type": "object",
        "properties": {
            "items": { "type": "array", "items": item },
            "next": { "type": ["string", "null"], "description": "For the next page; none is left when it is `null`." },
        },
        "required": ["items", "next"],
    });
    Schema::try_from(page).unwrap_or_default()
}

fn capital(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map(|first| first.to_ascii_uppercase()).into_iter().chain(letters).collect()
}
