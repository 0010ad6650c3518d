//! How the subjects of two globs relate.

use super::Glob;

impl Glob {
    /// Whether some subject matches both patterns. Exact; takes time in the product of both lengths.
    pub fn intersects(&self, other: &Glob) -> bool {
        if self.is_literal() {
            return other.matches(&self.prefix);
        }
        if other.is_literal() {
            return self.matches(&other.prefix);
        }
        let shared = self.prefix.len().min(other.prefix.len());
        if self.prefix[..shared] != other.prefix[..shared] {
            return false;
        }
        let width = other.tokens.len();
        // Which positions of `other` are reachable together with the current one of `self`.
        let mut row = vec![false; width + 1];
        let mut next = vec![false; width + 1];
        row[0] = true;
        for left in 0..=self.tokens.len() {
            next.fill(false);
            let eats = self
                .tokens
                .get(left)
                .map(|_| self.class(left))
                .filter(|class| !class.is_empty());
            for right in 0..=width {
                if !row[right] {
                    continue;
                }
                let class = other
                    .tokens
                    .get(right)
                    .map(|_| other.class(right))
                    .filter(|class| !class.is_empty());
                if self.star(left) && class.is_some() {
                    row[right + 1] = true;
                }
                if other.star(right) && eats.is_some() {
                    next[right] = true;
                }
                if let (Some(eats), Some(class)) = (eats, class)
                    && eats.overlaps(&class)
                {
                    next[right + 1] = true;
                }
            }
            if left < self.tokens.len() {
                std::mem::swap(&mut row, &mut next);
            }
        }
        // Neither is empty (that would be a literal), so the way here took a byte, or both end in a star that takes one.
        row[width]
    }

    /// Whether everything that `narrow` matches is matched by this pattern too. Errs towards false: true is certain,
    /// false may be a pair that is too intricate (`?*` and `*`).
    pub fn covers(&self, narrow: &Glob) -> bool {
        if narrow.is_literal() {
            return self.matches(&narrow.prefix);
        }
        let ends = self.tokens.len();
        let mut live = vec![false; ends + 1];
        live[0] = true;
        let only_stars = |live: &mut [bool]| {
            for (at, live) in live.iter_mut().enumerate() {
                *live &= self.star(at);
            }
        };
        for at in 0..narrow.tokens.len() {
            if narrow.star(at) {
                only_stars(&mut live);
            }
            let eaten = narrow.class(at);
            for position in (0..=ends).rev() {
                if live[position] && position < ends && eaten.is_within(&self.class(position)) {
                    live[position + 1] = true;
                }
                live[position] &= self.star(position);
            }
        }
        if narrow.trailing_star {
            only_stars(&mut live);
        }
        live[ends]
    }
}
