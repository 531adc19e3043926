//! A damaged or foreign file is refused with its reason, never read wrongly.

use models::{LoadError, Model};
use proptest::prelude::*;

/// A model of two tokens, `a` and `##b`, in three dimensions.
fn small() -> Vec<u8> {
    let mut file = b"DMSE1\0\0\0".to_vec();
    file.extend(2u32.to_le_bytes());
    file.extend(3u32.to_le_bytes());
    file.extend(b"\x01a\x03##b");
    file.extend(0.5f32.to_le_bytes());
    file.extend(1f32.to_le_bytes());
    file.extend([2, 0, 0, 0, 4, 0]);
    file
}

const SCALES: usize = 8 + 8 + 2 + 4;

#[track_caller]
fn check(file: Vec<u8>, expected: &str) {
    assert_eq!(Model::load(file).unwrap_err().to_string(), expected);
}

#[test]
fn a_complete_file_loads() {
    let model = Model::load(small()).unwrap();
    let mut vector = [0.0; 3];
    assert!(model.encode("ab", &mut vector));
    // a is 0.5 × (2, 0, 0), ##b is 1 × (0, 4, 0).
    let expected = [1.0 / 17f32.sqrt(), 4.0 / 17f32.sqrt(), 0.0];
    assert!(vector.iter().zip(expected).all(|(x, y)| (x - y).abs() < 1e-6), "{vector:?}");
}

#[test]
fn the_name_follows_the_content() {
    let one = Model::load(small()).unwrap();
    let mut other = small();
    *other.last_mut().unwrap() = 1;
    assert!(one.name().starts_with("devmentor-embed-3-int8-"));
    assert_ne!(one.name(), Model::load(other).unwrap().name());
}

#[test]
fn the_name_of_the_built_in_model_is_that_of_its_file() {
    let file: &'static [u8] = include_bytes!("../../devmentor-embed-256-int8.bin");
    assert_eq!(Model::builtin().name(), Model::load(file).unwrap().name());
    assert_eq!(Model::builtin().dimensions(), 256);
}

#[test]
fn a_foreign_file_is_refused() {
    check(b"\x7fELF....".to_vec(), "not an embedding model: the file does not start with \"DMSE1\"");
    check(Vec::new(), "not an embedding model: the file does not start with \"DMSE1\"");
}

#[test]
fn absurd_sizes_are_refused_before_any_memory_is_reserved() {
    let mut file = small();
    file[8..16].copy_from_slice(&[0xff; 8]);
    check(
        file,
        "the embedding model claims 4294967295 tokens and 4294967295 dimensions, which cannot be right; get the file anew",
    );
    let mut file = small();
    file[8..12].copy_from_slice(&4_000_000u32.to_le_bytes());
    check(
        file,
        "the embedding model is cut off in its vocabulary: 36 bytes, at least 4000016 expected; get the file anew",
    );
}

#[test]
fn scales_must_be_numbers() {
    for bad in [f32::NAN, f32::INFINITY, -1.0] {
        let mut file = small();
        file[SCALES + 4..SCALES + 8].copy_from_slice(&bad.to_le_bytes());
        check(
            file,
            &format!(
                "the scale of token 1 of the embedding model is {bad}, not a finite number ≥ 0; get the file anew"
            ),
        );
    }
}

#[test]
fn tokens_must_be_text() {
    let mut file = small();
    file[17] = 0xff;
    check(file, "token 0 of the embedding model is not UTF-8; get the file anew");
}

#[test]
fn bytes_after_the_table_are_refused() {
    let mut file = small();
    file.push(0);
    assert_eq!(Model::load(file).unwrap_err(), LoadError::TrailingBytes { extra: 1 });
}

proptest! {
    #[test]
    fn a_cut_file_is_refused_wherever_it_is_cut(length in 0..small().len()) {
        prop_assert!(Model::load(small()[..length].to_vec()).is_err());
    }

    #[test]
    fn random_damage_never_panics(at in 0..small().len(), byte in any::<u8>(), text in "[ab ]{0,20}") {
        let mut file = small();
        file[at] = byte;
        if let Ok(model) = Model::load(file) {
            let mut vector = vec![0.0; model.dimensions()];
            model.encode(&text, &mut vector);
            prop_assert!(vector.iter().all(|x| x.is_finite()));
        }
    }
}
