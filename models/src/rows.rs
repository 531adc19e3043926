//! The sum of weighted `i8` rows: where the time of encoding goes.

/// Adds `weight` × `row` to `sum`; both have one length.
type Add = fn(weight: f32, row: &[i8], sum: &mut [f32]);

/// The fastest way that this processor knows. Both ways give the same bits: a product is rounded before it is added, so a
/// vector made on one machine equals the one made on another.
pub(crate) fn add() -> Add {
    #[cfg(target_arch = "x86_64")]
    if std::is_x86_feature_detected!("avx2") {
        return avx2;
    }
    plain
}

#[inline(always)]
fn plain(weight: f32, row: &[i8], sum: &mut [f32]) {
    for (sum, &value) in sum.iter_mut().zip(row) {
        *sum += weight * f32::from(value);
    }
}

/// [`plain`], compiled for AVX2: baseline x86-64 cannot widen `i8` to `f32` in one step.
#[cfg(target_arch = "x86_64")]
fn avx2(weight: f32, row: &[i8], sum: &mut [f32]) {
    #[target_feature(enable = "avx2")]
    fn compiled(weight: f32, row: &[i8], sum: &mut [f32]) {
        plain(weight, row, sum);
    }
    // SAFETY: `add` hands this function out only where the processor has AVX2; it is private otherwise.
    #[allow(unsafe_code)]
    unsafe {
        compiled(weight, row, sum);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn every_processor_gives_the_same_bits(row in prop::collection::vec(any::<i8>(), 1..300), weight in -2f32..2.0) {
            let (mut slow, mut fast) = (vec![0.25; row.len()], vec![0.25; row.len()]);
            plain(weight, &row, &mut slow);
            add()(weight, &row, &mut fast);
            prop_assert_eq!(slow, fast);
        }
    }
}
