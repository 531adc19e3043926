//! The same texts through the tokeniser and the arithmetic that the model was trained with, made by
//! `tests/golden/make_golden.py`.

use models::Model;

#[derive(serde::Deserialize)]
struct Case {
    text: String,
    #[serde(default = "once")]
    times: usize,
    tokens: String,
    vector: Option<Vec<f32>>,
}

fn once() -> usize {
    1
}

fn cases() -> Vec<Case> {
    include_str!("../golden/golden.jsonl").lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn vectors_equal_the_reference() {
    let model = Model::builtin();
    let mut worst = 1f64;
    for case in cases() {
        let text = case.text.repeat(case.times);
        let mut vector = vec![0.0; model.dimensions()];
        let known = model.encode(&text, &mut vector);
        let Some(expected) = case.vector else {
            assert!(!known, "{:?}: the reference knows nothing of it", case.text);
            continue;
        };
        assert!(known, "{:?}: nothing found in it", case.text);
        let cosine = cosine(&vector, &expected);
        assert!(
            cosine >= 0.999_99,
            "{:?}: cosine {cosine} to the reference; its tokens are {:?}",
            case.text,
            case.tokens
        );
        worst = worst.min(cosine);
    }
    // The fixture rounds to 0.0001, which alone costs some 1e-7.
    assert!(worst > 0.999_99, "the worst of all texts has a cosine of {worst}");
}

#[test]
fn the_fixture_covers_known_and_unknown_texts() {
    let cases = cases();
    let unknown = cases.iter().filter(|case| case.vector.is_none()).count();
    assert!(cases.len() >= 50 && unknown >= 5, "{} texts, {unknown} of them unknown", cases.len());
}

fn cosine(a: &[f32], b: &[f32]) -> f64 {
    let dot = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(&x, &y)| f64::from(x) * f64::from(y)).sum::<f64>();
    dot(a, b) / (dot(a, a) * dot(b, b)).sqrt()
}
