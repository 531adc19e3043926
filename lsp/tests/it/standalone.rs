//! Definition, references, implementation and call hierarchy, which only a standalone server answers.

use serde_json::{Value, json};

use crate::support::{at, world};

const MAIN: &str = "\
import shapes

def paint(shape):
    size = shapes.area(shape)
    return size + size

def main():
    paint(shapes.Circle())
";

const SHAPES: &str = "\
class Shape:
    def draw(self):
        pass

class Circle(Shape):
    def draw(self):
        return area(self)

def area(shape):
    return 1
";

fn place(location: &Value) -> String {
    let uri = location["uri"].as_str().unwrap();
    let start = &location["range"]["start"];
    format!("{}:{}:{}", uri.rsplit('/').next().unwrap(), start["line"], start["character"])
}

fn places(locations: &Value) -> Vec<String> {
    locations.as_array().into_iter().flatten().map(place).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn names_lead_to_their_definitions_uses_and_callers() {
    let world = world(&format!("//- /main.py\n{MAIN}//- /shapes.py\n{SHAPES}"));
    let mut client = world.window_with(json!({}), json!({ "codeIntelligence": "standalone" })).await;
    let (main, shapes) = (world.uri("main.py"), world.uri("shapes.py"));
    client.open(&main, "python", MAIN).await;
    client.open(&shapes, "python", SHAPES).await;
    // The graph is made when it is first asked for.
    client.request("devmentor/graph", json!({ "symbol": "area" })).await.unwrap();
    let definition = client.request("textDocument/definition", at(&main, 3, 20)).await.unwrap();
    assert_eq!(place(&definition), "shapes.py:8:4");
    let local = client.request("textDocument/definition", at(&main, 4, 13)).await.unwrap();
    assert_eq!(place(&local), "main.py:3:4");
    let mut ask = at(&shapes, 8, 5);
    ask["context"] = json!({ "includeDeclaration": true });
    let references = client.request("textDocument/references", ask.clone()).await.unwrap();
    assert_eq!(places(&references), ["shapes.py:6:15", "shapes.py:8:4", "main.py:3:18"]);
    ask["context"] = json!({ "includeDeclaration": false });
    let references = client.request("textDocument/references", ask).await.unwrap();
    assert_eq!(places(&references), ["shapes.py:6:15", "main.py:3:18"]);
    let draws = client.request("textDocument/implementation", at(&shapes, 1, 9)).await.unwrap();
    assert_eq!(places(&draws), ["shapes.py:5:8"]);
    let items = client.request("textDocument/prepareCallHierarchy", at(&shapes, 8, 5)).await.unwrap();
    assert_eq!((items[0]["name"].as_str().unwrap(), items[0]["detail"].as_str().unwrap()), ("area", "def area(shape)"));
    let incoming = client.request("callHierarchy/incomingCalls", json!({ "item": items[0] })).await.unwrap();
    let callers: Vec<&str> =
        incoming.as_array().unwrap().iter().map(|call| call["from"]["name"].as_str().unwrap()).collect();
    assert_eq!(callers, ["Circle.draw", "paint"]);
    assert_eq!(incoming[1]["fromRanges"][0]["start"], json!({ "line": 3, "character": 18 }));
    let outgoing = client.request("callHierarchy/outgoingCalls", json!({ "item": incoming[1]["from"] })).await.unwrap();
    assert_eq!(outgoing[0]["to"]["name"], "area");
    client.leave().await;
}
