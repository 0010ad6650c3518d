//! The nearest double of a decimal text.
//!
//! Rust's own parser brings a table of powers of five, 12 kB that no compressor makes smaller. Numbers of few digits need none;
//! others are doubled and halved digit by digit until their 53 bits are the whole part (Nigel Tao's "simple decimal conversion").

/// The double nearest to a JSON number, of two equally near the even one; infinite where it is too great.
pub(super) fn parse(text: &str) -> f64 {
    let (is_negative, text) = match text.strip_prefix('-') {
        Some(text) => (true, text),
        None => (false, text),
    };
    let decimal = Decimal::read(text);
    let magnitude = decimal.exact().unwrap_or_else(|| decimal.nearest());
    if is_negative { -magnitude } else { magnitude }
}

/// A half between two doubles has 767 digits at most: what comes after so many tells only on which side of it a number is.
const MAX_DIGITS: usize = 800;
/// More than a text can be long, so that digits can't make up for it.
const MAX_EXPONENT: i32 = 1_000_000_000;
/// The most that one pass doubles or halves.
const MAX_TIMES: i32 = 27;
/// The exponent of the smallest double that has all its bits, as `nearest` counts.
const MIN_EXPONENT: i32 = -1021;

/// `0.<digits>` times ten to `point`. Neither the first digit nor the last is zero; zero has none.
struct Decimal {
    digits: Vec<u8>,
    point: i32,
}

impl Decimal {
    fn read(text: &str) -> Decimal {
        let mut digits = Vec::new();
        let mut point = 0;
        let (mut is_fraction, mut is_cut) = (false, false);
        let mut bytes = text.bytes();
        while let Some(byte) = bytes.next() {
            match byte {
                b'.' => is_fraction = true,
                b'e' | b'E' => {
                    point += exponent(bytes);
                    break;
                }
                b'0' if digits.is_empty() => point -= i32::from(is_fraction),
                _ => {
                    point += i32::from(!is_fraction);
                    if digits.len() < MAX_DIGITS {
                        digits.push(byte - b'0');
                    } else {
                        is_cut |= byte != b'0';
                    }
                }
            }
        }
        if is_cut {
            digits.push(1);
        }
        while digits.last() == Some(&0) {
            digits.pop();
        }
        Decimal { digits, point }
    }

    /// The value where one operation on doubles gives it: both the digits and the power of ten are doubles.
    fn exact(&self) -> Option<f64> {
        let power = self.point.saturating_sub(self.digits.len() as i32);
        if self.digits.len() > 15 || power.unsigned_abs() > 22 {
            return None;
        }
        let digits = self.digits.iter();
        let digits = digits.fold(0.0, |whole, digit| whole * 10.0 + f64::from(*digit));
        let ten = (0..power.unsigned_abs()).fold(1.0, |ten, _| ten * 10.0);
        Some(if power < 0 {
            digits / ten
        } else {
            digits * ten
        })
    }

    fn nearest(mut self) -> f64 {
        if self.digits.is_empty() || self.point < -330 {
            return 0.0;
        }
        if self.point > 310 {
            return f64::INFINITY;
        }
        // The value is this times two to the exponent, this being brought to at least a half and less than one.
        let mut exponent = 0;
        while self.point > 0 {
            let times = (3 * self.point).min(MAX_TIMES);
            self.halve(times);
            exponent += times;
        }
        while self.point < 0 || self.digits[0] < 5 {
            let times = (-3 * self.point).clamp(1, MAX_TIMES);
            self.double(times);
            exponent -= times;
        }
        // Smaller ones have fewer bits.
        while exponent < MIN_EXPONENT {
            let times = (MIN_EXPONENT - exponent).min(MAX_TIMES);
            self.halve(times);
            exponent += times;
        }
        self.double(MAX_TIMES);
        self.double(53 - MAX_TIMES);
        self.whole() as f64 * power_of_two(exponent - 53)
    }

    fn halve(&mut self, times: i32) {
        let mut rest = 0_u64;
        let mut halved = Vec::with_capacity(self.digits.len() + times as usize);
        let mut digits = std::mem::take(&mut self.digits).into_iter();
        loop {
            rest = match digits.next() {
                Some(digit) => rest * 10 + u64::from(digit),
                None if rest == 0 => break,
                None => rest * 10,
            };
            let digit = rest >> times;
            rest -= digit << times;
            if digit == 0 && halved.is_empty() {
                self.point -= 1;
            } else {
                halved.push(digit as u8);
            }
        }
        self.digits = halved;
    }

    fn double(&mut self, times: i32) {
        let mut carry = 0_u64;
        for digit in self.digits.iter_mut().rev() {
            carry += u64::from(*digit) << times;
            *digit = (carry % 10) as u8;
            carry /= 10;
        }
        while carry > 0 {
            self.digits.insert(0, (carry % 10) as u8);
            carry /= 10;
            self.point += 1;
        }
        while self.digits.last() == Some(&0) {
            self.digits.pop();
        }
    }

    /// The nearest whole number, of two equally near the even one.
    fn whole(&self) -> u64 {
        let Ok(point) = usize::try_from(self.point) else {
            return 0;
        };
        let digit = |at: usize| self.digits.get(at).copied().unwrap_or(0);
        let whole = (0..point).fold(0, |whole, at| whole * 10 + u64::from(digit(at)));
        let is_up = match digit(point) {
            5 => self.digits.len() > point + 1 || whole % 2 == 1,
            next => next > 5,
        };
        whole + u64::from(is_up)
    }
}

fn exponent(text: std::str::Bytes<'_>) -> i32 {
    let mut is_negative = false;
    let mut exponent = 0;
    for byte in text {
        match byte {
            b'-' => is_negative = true,
            b'+' => {}
            _ => exponent = (exponent * 10 + i64::from(byte - b'0')).min(MAX_EXPONENT.into()),
        }
    }
    let exponent = exponent as i32;
    if is_negative { -exponent } else { exponent }
}

fn power_of_two(exponent: i32) -> f64 {
    f64::from_bits(match exponent {
        -1022.. => ((exponent + 1023) as u64) << 52,
        _ => 1 << (exponent + 1074),
    })
}
