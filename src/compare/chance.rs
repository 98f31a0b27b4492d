//! How often chance alone does as much: Student's distribution, and the same for many figures at once.

/// No probability is said to be smaller: the sums below are no more exact than that.
const LEAST: f64 = 1e-12;

/// How often a value of Student's t with so many degrees of freedom (from 1 on) is as far from 0 as this one, to
/// either side. By the finite sums for whole degrees of freedom (Abramowitz and Stegun 26.7.3 and 26.7.4).
pub(super) fn two_sided(t: f64, df: u32) -> f64 {
    let angle = (t.abs() / f64::from(df).sqrt()).atan();
    let (sin, cos) = angle.sin_cos();
    let odd = df % 2;
    let (mut term, mut sum) = (if odd == 1 { cos } else { 1.0 }, 0.0);
    for n in 1..=df / 2 {
        sum += term;
        term *= cos * cos * f64::from(2 * n - 1 + odd) / f64::from(2 * n + odd);
    }
    let inside = if odd == 1 { (angle + sin * sum) / std::f64::consts::FRAC_PI_2 } else { sin * sum };
    (1.0 - inside).clamp(LEAST, 1.0)
}

/// Of coins that fall each with its own probability, how often so many or a number as far out fall: twice the smaller of
/// both tails. Exact, by the distribution of their sum, coin by coin.
pub(super) fn coins_two_sided(coins: &[f64], fell: usize) -> f64 {
    let mut sum = vec![0.0; coins.len() + 1];
    sum.first_mut().into_iter().for_each(|none| *none = 1.0);
    for p in coins {
        let mut before = 0.0;
        for n in &mut sum {
            (before, *n) = (*n, *n * (1.0 - p) + before * p);
        }
    }
    let upper: f64 = sum.iter().skip(fell).sum();
    let lower: f64 = sum.iter().take(fell + 1).sum();
    (2.0 * upper.min(lower)).clamp(LEAST, 1.0)
}

/// For each of several probabilities how often chance does as much in any of them (Holm's step-down; it asks nothing
/// of how they depend on each other).
pub(super) fn of_all(all: &[f64]) -> Vec<f64> {
    let mut order: Vec<(usize, f64)> = all.iter().copied().enumerate().collect();
    order.sort_by(|a, b| a.1.total_cmp(&b.1).then(a.0.cmp(&b.0)));
    let mut out = vec![1.0; all.len()];
    let mut most = 0.0f64;
    for (rank, (place, p)) in order.iter().enumerate() {
        most = most.max(p * (all.len() - rank) as f64).min(1.0);
        if let Some(slot) = out.get_mut(*place) {
            *slot = most;
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tables_of_student_are_met() {
        // Two-sided 5 %, 1 % and 0.1 % of the printed tables.
        for (df, five, one, tenth) in [
            (1, 12.7062, 63.6567, 636.619),
            (2, 4.30265, 9.92484, 31.5991),
            (3, 3.18245, 5.84091, 12.9240),
            (4, 2.77645, 4.60409, 8.61030),
            (5, 2.57058, 4.03214, 6.86883),
            (10, 2.22814, 3.16927, 4.58689),
            (11, 2.20099, 3.10581, 4.43698),
            (30, 2.04227, 2.75000, 3.64596),
            (120, 1.97993, 2.61742, 3.37345),
        ] {
            for (t, p) in [(five, 0.05), (one, 0.01), (tenth, 0.001)] {
                assert!((two_sided(t, df) / p - 1.0).abs() < 2e-4, "df {df}, t {t}: {}", two_sided(t, df));
                assert!((two_sided(-t, df) - two_sided(t, df)).abs() < 1e-12);
            }
            assert!((two_sided(0.0, df) - 1.0).abs() < 1e-12);
            assert!(two_sided(1e9, df) < 1e-8);
        }
    }

    #[test]
    fn coins_fall_as_they_do() {
        let near = |p: f64, want: f64| assert!((p - want).abs() < 1e-9, "{p} {want}");
        near(coins_two_sided(&[0.5; 10], 10), 2.0 / 1024.0);
        near(coins_two_sided(&[0.5; 10], 1), 2.0 * 11.0 / 1024.0);
        near(coins_two_sided(&[0.5; 10], 5), 1.0);
        near(coins_two_sided(&[0.2, 0.7], 2), 2.0 * 0.14);
        near(coins_two_sided(&[0.2, 0.7], 0), 2.0 * 0.24);
        near(coins_two_sided(&[], 0), 1.0);
        near(coins_two_sided(&[0.5; 168], 168), LEAST);
    }

    #[test]
    fn many_figures_are_judged_together() {
        let all = of_all(&[0.01, 0.5, 0.02, 0.04]);
        let want = [0.04, 0.5, 0.06, 0.08];
        assert!(all.iter().zip(want).all(|(a, b)| (a - b).abs() < 1e-12), "{all:?}");
        assert!(of_all(&[0.9, 0.8]).iter().all(|p| *p <= 1.0));
        assert!(of_all(&[]).is_empty());
    }
}
