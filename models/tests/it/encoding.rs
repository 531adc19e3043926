//! What every caller relies on, for any text.

use models::{Model, Scratch};
use proptest::prelude::*;

fn encode(text: &str) -> Option<Vec<f32>> {
    let mut vector = vec![f32::NAN; Model::builtin().dimensions()];
    Model::builtin().encode(text, &mut vector).then_some(vector)
}

#[test]
fn a_text_without_known_words_has_no_vector_and_clears_the_output() {
    let mut vector = vec![f32::NAN; 256];
    assert!(!Model::builtin().encode(" \n", &mut vector));
    assert_eq!(vector, vec![0.0; 256]);
}

#[test]
fn a_question_is_nearest_to_the_code_that_answers_it() {
    let question = encode("open a file and read all its lines").unwrap();
    let near = encode("def read_lines(path):\n    with open(path) as f:\n        return f.readlines()").unwrap();
    let far =
        encode("fn draw_circle(canvas: &mut Canvas, radius: f32, colour: Rgb) { canvas.arc(radius, colour) }").unwrap();
    let dot = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(x, y)| x * y).sum::<f32>();
    assert!(dot(&question, &near) > dot(&question, &far) + 0.2);
}

#[test]
fn only_the_first_512_tokens_count() {
    let full = "word ".repeat(512);
    assert_eq!(encode(&full), encode(&format!("{full} something else")));
    assert_ne!(encode("word"), encode("word something else"));
}

proptest! {
    #[test]
    fn any_text_gives_a_vector_of_length_one_or_none(text in any::<String>()) {
        if let Some(vector) = encode(&text) {
            let length = vector.iter().map(|x| x * x).sum::<f32>();
            prop_assert!((length - 1.0).abs() < 1e-4, "length² {length}");
        }
    }

    #[test]
    fn used_buffers_change_nothing(texts in prop::collection::vec("[ a-zA-Z0-9_éß中(){}.]{0,80}", 1..8)) {
        let mut scratch = Scratch::default();
        let mut vector = vec![0.0; 256];
        for text in &texts {
            let known = Model::builtin().encode_with(&mut scratch, text, &mut vector);
            prop_assert_eq!(known.then(|| vector.clone()), encode(text));
        }
    }
}
