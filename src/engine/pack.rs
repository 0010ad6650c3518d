//! Packing: raw deflate in pieces, so that what it takes of linear memory, which never shrinks, doesn't grow with the values.

mod columns;
mod fields;
mod scan;

use miniz_oxide::deflate::core::{
    CompressorOxide, TDEFLFlush, TDEFLStatus, compress, create_comp_flags_from_zip_params,
};
use miniz_oxide::inflate::TINFLStatus;
use miniz_oxide::inflate::core::{DecompressorOxide, decompress, inflate_flags};

/// How much is handed over at once (bytes). Inflating needs the last 32 kB of its output, in a ring of a power of two.
const PIECE: usize = 65_536;
/// Deflate's level: docs/memory.md has the figures of the others.
const LEVEL: i32 = 4;
/// Deflate's window (bits); negative for raw deflate, without header and checksum.
const RAW_WINDOW: i32 = -15;
/// Deflate never makes more of a byte than this.
const MOST_PER_BYTE: u64 = 1_032;

/// Packs and unpacks, one after the other, in the memory of one: about 0.4 MB, whatever the size of the values.
pub struct Packer {
    compressor: Box<CompressorOxide>,
    inflator: Box<DecompressorOxide>,
    input: Box<[u8]>,
    output: Box<[u8]>,
}

impl std::fmt::Debug for Packer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Packer")
    }
}

impl Default for Packer {
    fn default() -> Self {
        Self::new(LEVEL)
    }
}

impl Packer {
    /// A packer of this level, 0 to 10.
    pub fn new(level: i32) -> Self {
        let flags = create_comp_flags_from_zip_params(level, RAW_WINDOW, 0);
        Self {
            compressor: Box::new(CompressorOxide::new(flags)),
            inflator: Box::default(),
            input: vec![0; PIECE].into(),
            output: vec![0; PIECE].into(),
        }
    }

    /// Packs what `read` gives, which puts the next bytes into a piece and says how many; less than the piece is the end.
    /// `write` gets the packed bytes.
    pub fn pack(&mut self, mut read: impl FnMut(&mut [u8]) -> usize, mut write: impl FnMut(&[u8])) {
        self.compressor.reset();
        let mut filled = 0;
        loop {
            let given = read(&mut self.input);
            let flush = if given < PIECE {
                TDEFLFlush::Finish
            } else {
                TDEFLFlush::None
            };
            let mut at = 0;
            loop {
                let (status, consumed, written) = compress(
                    &mut self.compressor,
                    &self.input[at..given],
                    &mut self.output[filled..],
                    flush,
                );
                at += consumed;
                filled += written;
                if filled == PIECE {
                    write(&self.output);
                    filled = 0;
                }
                match status {
                    TDEFLStatus::Okay if flush == TDEFLFlush::None && at == given => break,
                    TDEFLStatus::Okay => {}
                    _ => {
                        write(&self.output[..filled]);
                        return;
                    }
                }
            }
        }
    }

    /// Packs JSON text, its columns apart from the rest: in a few times its size of linear memory.
    pub fn pack_text(&mut self, text: &[u8]) -> Vec<u8> {
        let found = columns::take_out(text, |part| {
            let mut length = 0;
            self.pack(from(part), |piece| length += piece.len());
            length
        });
        let (rest, columns) = found
            .as_ref()
            .map_or((text, &[][..]), |(rest, columns)| (rest, columns));
        let mut packed = Vec::new();
        fields::put(&mut packed, rest.len() as u64);
        fields::put_bytes(&mut packed, columns);
        self.pack(from(rest), |piece| packed.extend_from_slice(piece));
        packed
    }

    /// What `pack_text` has packed, if that came to `length` bytes.
    pub fn unpack_text(&mut self, mut packed: &[u8], length: usize) -> Option<Vec<u8>> {
        let size = fields::take_count(&mut packed, length)?;
        let columns = fields::take_bytes(&mut packed)?;
        let mut rest = Vec::with_capacity(size);
        let is_whole = self.unpack(size, from(packed), |piece| rest.extend_from_slice(piece));
        if !is_whole {
            return None;
        }
        if columns.is_empty() {
            return (size == length).then_some(rest);
        }
        columns::put_back(&rest, columns, length)
    }

    /// Whether `packed` bytes can come to `length`; asked before room is made for a length that storage claims.
    pub const fn can_be(packed: usize, length: usize) -> bool {
        length as u64 <= packed as u64 * MOST_PER_BYTE
    }

    /// Unpacks what `read` gives, as `pack` reads. `write` gets at most `length` bytes in all; whether it was exactly these.
    /// Bytes that were changed are noticed only where they are no deflate any more: who stores them elsewhere adds a checksum.
    pub fn unpack(
        &mut self,
        length: usize,
        mut read: impl FnMut(&mut [u8]) -> usize,
        mut write: impl FnMut(&[u8]),
    ) -> bool {
        self.inflator.init();
        let mut left = length;
        let mut out = 0;
        loop {
            let given = read(&mut self.input);
            let flags = if given < PIECE {
                0
            } else {
                inflate_flags::TINFL_FLAG_HAS_MORE_INPUT
            };
            let mut at = 0;
            loop {
                let (status, consumed, written) = decompress(
                    &mut self.inflator,
                    &self.input[at..given],
                    &mut self.output,
                    out,
                    flags,
                );
                at += consumed;
                if written > left {
                    return false;
                }
                write(&self.output[out..out + written]);
                left -= written;
                out = (out + written) % PIECE;
                match status {
                    TINFLStatus::Done => return left == 0,
                    TINFLStatus::NeedsMoreInput => break,
                    TINFLStatus::HasMoreOutput => {}
                    _ => return false,
                }
            }
        }
    }
}

/// Hands out bytes in pieces.
fn from(bytes: &[u8]) -> impl FnMut(&mut [u8]) -> usize {
    let mut at = 0;
    move |piece| {
        let length = piece.len().min(bytes.len() - at);
        piece[..length].copy_from_slice(&bytes[at..at + length]);
        at += length;
        length
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn packed(packer: &mut Packer, bytes: &[u8]) -> Vec<u8> {
        let mut all = Vec::new();
        packer.pack(from(bytes), |piece| all.extend_from_slice(piece));
        all
    }

    fn unpacked(packer: &mut Packer, bytes: &[u8], length: usize) -> Option<Vec<u8>> {
        let mut all = Vec::new();
        let whole = packer.unpack(length, from(bytes), |piece| all.extend_from_slice(piece));
        assert!(all.len() <= length, "never more than was asked for");
        whole.then_some(all)
    }

    fn noise(length: usize, seed: u32) -> Vec<u8> {
        let mut state = seed;
        let step = move |_| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 24) as u8
        };
        (0..length).map(step).collect()
    }

    #[test]
    fn gives_back_what_it_packed_at_every_length_around_its_pieces() {
        let mut packer = Packer::default();
        let around = [0, 1, 2, 32_767, 32_768, 32_769, 65_535, 65_536, 65_537];
        for length in around
            .into_iter()
            .chain([131_071, 131_072, 131_073, 400_000])
        {
            for bytes in [vec![b'a'; length], noise(length, 7)] {
                let small = packed(&mut packer, &bytes);
                assert!(Packer::can_be(small.len(), length), "{length} bytes");
                let back = unpacked(&mut packer, &small, length);
                assert!(back.as_deref() == Some(&bytes[..]), "{length} bytes");
            }
        }
    }

    #[test]
    fn gives_back_text_with_columns_and_without() {
        let mut packer = Packer::default();
        let numbers: Vec<String> = (0..500).map(|at| (at * at % 977).to_string()).collect();
        let list = format!("{{\"name\":\"Ada\",\"numbers\":[0,{}]}}", numbers.join(","));
        for text in ["", "1", "[1,2,3]", &list] {
            let packed = packer.pack_text(text.as_bytes());
            let back = packer.unpack_text(&packed, text.len());
            assert_eq!(back.as_deref(), Some(text.as_bytes()));
            assert_eq!(packer.unpack_text(&packed, text.len() + 1), None);
            for length in 0..packed.len() {
                assert_eq!(packer.unpack_text(&packed[..length], text.len()), None);
            }
        }
        assert!(
            packer.pack_text(list.as_bytes()).len() < 720,
            "10 bits each, and the rest"
        );
    }

    #[test]
    fn refuses_another_length() {
        let mut packer = Packer::default();
        let small = packed(&mut packer, &vec![b'a'; 200_000]);
        for length in [0, 1, 65_536, 199_999, 200_001, usize::MAX] {
            assert!(unpacked(&mut packer, &small, length).is_none());
        }
        assert!(!Packer::can_be(small.len(), usize::MAX));
    }

    #[test]
    fn refuses_what_is_cut_off_or_no_deflate_at_all() {
        let mut packer = Packer::default();
        let bytes = noise(100_000, 3);
        let small = packed(&mut packer, &bytes);
        for length in [0, 1, 100, small.len() - 1] {
            assert!(unpacked(&mut packer, &small[..length], bytes.len()).is_none());
        }
        for seed in 0..2_000 {
            let _ = unpacked(&mut packer, &noise(200, seed), 1_000);
        }
    }
}
