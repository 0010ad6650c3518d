//! Numbers of many items, each field in a range of its own, written as one number of mixed radix for each item.

/// Numbers are joined up to this many bits.
const WORD_BITS: u32 = 56;

/// The numbers of items, all of one count of fields.
pub struct Fields {
    width: usize,
    values: Vec<i64>,
}

/// What is written of a field.
struct Spec {
    /// The least number, or where they differ less than they range, the least difference to the one before.
    min: i64,
    radix: u64,
    /// What comes before the first one, where differences are written.
    before: Option<i64>,
}

impl Fields {
    /// Items of so many fields.
    pub const fn new(width: usize) -> Fields {
        Fields {
            width,
            values: Vec::new(),
        }
    }

    /// The next field's number, whose magnitude is below 2 to the 53.
    pub fn push(&mut self, value: i64) {
        self.values.push(value);
    }

    /// Appends all that is needed to read them again, if their count is known.
    pub fn write(&self, out: &mut Vec<u8>) {
        let specs: Vec<Spec> = (0..self.width).map(|field| self.spec(field)).collect();
        for spec in &specs {
            put(out, spec.radix * 2 + u64::from(spec.before.is_some()));
            put_signed(out, spec.min);
            if let Some(before) = spec.before {
                put_signed(out, before);
            }
        }
        let groups = groups(&specs);
        let mut before: Vec<i64> = specs.iter().map(|spec| spec.before.unwrap_or(0)).collect();
        let mut bits = Bits::default();
        for item in self.values.chunks(self.width) {
            for (range, size) in &groups {
                let mut word = 0;
                for field in range.clone().rev() {
                    let spec = &specs[field];
                    let number = match spec.before {
                        Some(_) => item[field] - before[field] - spec.min,
                        None => item[field] - spec.min,
                    };
                    word = word * spec.radix + number as u64;
                    before[field] = item[field];
                }
                bits.put(word, *size, out);
            }
        }
        bits.end(out);
    }

    /// Takes the numbers of so many items from the front; none where they aren't there.
    pub fn read(bytes: &mut &[u8], count: usize, width: usize) -> Option<Vec<i64>> {
        let mut specs = Vec::new();
        for _ in 0..width {
            let head = take(bytes)?;
            let min = take_signed(bytes)?;
            let before = if head % 2 == 1 {
                Some(take_signed(bytes)?)
            } else {
                None
            };
            let radix = head / 2;
            if radix == 0 {
                return None;
            }
            specs.push(Spec { min, radix, before });
        }
        let groups = groups(&specs);
        let each: usize = groups.iter().map(|(_, size)| *size as usize).sum();
        let length = count.checked_mul(each)?.div_ceil(8);
        if length > bytes.len() {
            return None;
        }
        let (packed, rest) = bytes.split_at(length);
        *bytes = rest;
        let mut values = vec![0; count.checked_mul(width)?];
        let mut before: Vec<i64> = specs.iter().map(|spec| spec.before.unwrap_or(0)).collect();
        let mut bits = Bits::default();
        let mut packed = packed.iter();
        for item in values.chunks_mut(width) {
            for (range, size) in &groups {
                let mut word = bits.take(*size, &mut packed);
                let last = range.end - 1;
                for field in range.clone() {
                    let spec = &specs[field];
                    let number = if field == last {
                        word
                    } else {
                        let (rest, number) = divide(word, spec.radix);
                        word = rest;
                        number
                    };
                    let mut value = spec.min.wrapping_add(number as i64);
                    if spec.before.is_some() {
                        value = value.wrapping_add(before[field]);
                        before[field] = value;
                    }
                    item[field] = value;
                }
            }
        }
        Some(values)
    }

    fn spec(&self, field: usize) -> Spec {
        let own = || self.values.iter().skip(field).step_by(self.width).copied();
        let differences = || own().zip(own().skip(1)).map(|(one, next)| next - one);
        let (min, radix) = range(own());
        let (least, steps) = range(differences());
        if steps < radix / 2 {
            Spec {
                min: least,
                radix: steps,
                before: own().next().map(|first| first - least),
            }
        } else {
            Spec {
                min,
                radix,
                before: None,
            }
        }
    }
}

/// Quotient and remainder: WebAssembly divides 32 bits much faster than 64.
pub fn divide(number: u64, by: u64) -> (u64, u64) {
    match (u32::try_from(number), u32::try_from(by)) {
        (Ok(number), Ok(by)) => (u64::from(number / by), u64::from(number % by)),
        _ => {
            let quotient = number / by;
            (quotient, number - quotient * by)
        }
    }
}

/// The least, and how many numbers there are from there to the greatest.
fn range(numbers: impl Iterator<Item = i64>) -> (i64, u64) {
    let (least, most) = numbers.fold((i64::MAX, i64::MIN), |(least, most), number| {
        (least.min(number), most.max(number))
    });
    if least > most {
        return (0, 1);
    }
    (least, most.abs_diff(least) + 1)
}

/// Which fields are joined, and how many bits they take.
fn groups(specs: &[Spec]) -> Vec<(std::ops::Range<usize>, u32)> {
    let mut groups = Vec::new();
    let mut start = 0;
    let mut product = 1_u64;
    for (at, spec) in specs.iter().enumerate() {
        let joined = product
            .checked_mul(spec.radix)
            .filter(|joined| *joined <= 1 << WORD_BITS || start == at);
        product = match joined {
            Some(joined) => joined,
            None => {
                groups.push((start..at, bits_for(product)));
                start = at;
                spec.radix
            }
        };
    }
    groups.push((start..specs.len(), bits_for(product)));
    groups
}

/// Bits for the numbers below `end`, at most as many as can be written at once.
const fn bits_for(end: u64) -> u32 {
    let bits = u64::BITS - (end - 1).leading_zeros();
    if bits > WORD_BITS { WORD_BITS } else { bits }
}

/// Bits that don't fill a byte yet, or that are left of one.
#[derive(Default)]
struct Bits {
    held: u64,
    count: u32,
}

impl Bits {
    fn put(&mut self, word: u64, size: u32, out: &mut Vec<u8>) {
        self.held |= word << self.count;
        self.count += size;
        while self.count >= 8 {
            out.push(self.held as u8);
            self.held >>= 8;
            self.count -= 8;
        }
    }

    fn end(self, out: &mut Vec<u8>) {
        if self.count > 0 {
            out.push(self.held as u8);
        }
    }

    fn take<'a>(&mut self, size: u32, bytes: &mut impl Iterator<Item = &'a u8>) -> u64 {
        while self.count < size {
            self.held |= u64::from(*bytes.next().unwrap_or(&0)) << self.count;
            self.count += 8;
        }
        let word = self.held & ((1 << size) - 1);
        self.held >>= size;
        self.count -= size;
        word
    }
}

/// Appends a number, seven bits to a byte.
pub fn put(out: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        out.push(number as u8 | 0x80);
        number >>= 7;
    }
    out.push(number as u8);
}

/// Takes such a number from the front.
pub fn take(bytes: &mut &[u8]) -> Option<u64> {
    let mut number = 0;
    for shift in (0..64).step_by(7) {
        let (byte, rest) = bytes.split_first()?;
        *bytes = rest;
        number |= u64::from(byte & 0x7f) << shift;
        if *byte < 0x80 {
            return Some(number);
        }
    }
    None
}

/// Takes such a number that is no greater than `most`.
pub fn take_count(bytes: &mut &[u8], most: usize) -> Option<usize> {
    let count = usize::try_from(take(bytes)?).ok()?;
    (count <= most).then_some(count)
}

/// Appends bytes and before them how many they are.
pub fn put_bytes(out: &mut Vec<u8>, bytes: &[u8]) {
    put(out, bytes.len() as u64);
    out.extend_from_slice(bytes);
}

/// Takes such bytes from the front.
pub fn take_bytes<'a>(bytes: &mut &'a [u8]) -> Option<&'a [u8]> {
    let length = take_count(bytes, bytes.len())?;
    let (own, rest) = bytes.split_at_checked(length)?;
    *bytes = rest;
    Some(own)
}

fn put_signed(out: &mut Vec<u8>, number: i64) {
    put(out, ((number << 1) ^ (number >> 63)) as u64);
}

fn take_signed(bytes: &mut &[u8]) -> Option<i64> {
    let number = take(bytes)?;
    Some((number >> 1) as i64 ^ -((number & 1) as i64))
}
