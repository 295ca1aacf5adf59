//! Pictures of the demo's visits: a door and a shelf, drawn from a number, as PNG without compression. The same number gives the same bytes.

/// Size in pixels.
const WIDE: usize = 240;
const HIGH: usize = 160;
/// Colours of a picture, sixteen at most: wall, floor, wood, glass, sign, white, dark, and handsets of ours and of others.
const COLOURS: [[u8; 3]; 12] = [
    [236, 238, 240],
    [196, 188, 176],
    [150, 118, 84],
    [176, 208, 226],
    [0, 102, 180],
    [255, 255, 255],
    [44, 48, 54],
    [0, 128, 200],
    [220, 84, 60],
    [240, 170, 60],
    [120, 170, 90],
    [90, 96, 104],
];
const WALL: u8 = 0;
const FLOOR: u8 = 1;
const WOOD: u8 = 2;
const GLASS: u8 = 3;
const SIGN: u8 = 4;
const WHITE: u8 = 5;
const DARK: u8 = 6;
const OURS: u8 = 7;

/// A picture while it is drawn: a colour's number for each pixel.
struct Canvas(Vec<u8>);

impl Canvas {
    fn new() -> Self {
        Self(vec![WALL; WIDE * HIGH])
    }

    fn block(&mut self, (left, top): (usize, usize), (wide, high): (usize, usize), colour: u8) {
        for row in self.0.chunks_mut(WIDE).skip(top).take(high) {
            for pixel in row.iter_mut().skip(left).take(wide) {
                *pixel = colour;
            }
        }
    }

    /// A number as marks along the lower edge, so that no two pictures are the same.
    fn signed(mut self, number: u32) -> Vec<u8> {
        for bit in 0..32 {
            let colour = if (number >> bit) & 1 == 1 { DARK } else { WHITE };
            self.block((8 + bit * 7, HIGH - 6), (5, 4), colour);
        }
        png(&self.0)
    }
}

/// The front of a shop.
pub(super) fn door(number: u32) -> Vec<u8> {
    let mut canvas = Canvas::new();
    canvas.block((0, 132), (WIDE, 28), FLOOR);
    canvas.block((10, 14), (220, 26), SIGN);
    for letter in 0..4 + number as usize % 3 {
        canvas.block((26 + letter * 32, 20), (18, 14), WHITE);
    }
    canvas.block((18, 50), (86, 82), GLASS);
    canvas.block((136, 50), (86, 82), GLASS);
    canvas.block((106, 46), (28, 86), WOOD);
    canvas.block((126, 90), (4, 6), DARK);
    let poster = 24 + number as usize * 13 % 50;
    canvas.block((poster, 60), (26, 36), if number.is_multiple_of(3) { OURS } else { 8 + (number % 3) as u8 });
    canvas.signed(number)
}

/// A shelf of handsets, ours among others, with tags below them.
pub(super) fn shelf(number: u32) -> Vec<u8> {
    let mut canvas = Canvas::new();
    for row in 0..3 {
        let top = 10 + row * 46;
        canvas.block((6, top + 36), (228, 5), WOOD);
        for place in 0..9 {
            let mixed = number as usize * 7 + row * 5 + place * 3;
            if mixed.is_multiple_of(11) {
                continue;
            }
            let colour = if mixed % 5 < 2 { OURS } else { 8 + (mixed % 4) as u8 };
            canvas.block((12 + place * 25, top + 4), (15, 31), DARK);
            canvas.block((14 + place * 25, top + 7), (11, 23), colour);
            canvas.block((12 + place * 25, top + 37), (15, 4), WHITE);
        }
    }
    canvas.signed(number)
}

/// A signature.
pub(super) fn signature(number: u32) -> Vec<u8> {
    let mut canvas = Canvas(vec![WHITE; WIDE * HIGH]);
    for step in 0..150_usize {
        let up = (step * (3 + number as usize % 4)) % 46;
        canvas.block((40 + step, 60 + if up < 23 { up } else { 46 - up }), (3, 3), DARK);
    }
    canvas.signed(number)
}

/// A palette picture, four bits a pixel, in one stored block.
fn png(pixels: &[u8]) -> Vec<u8> {
    let mut rows = Vec::with_capacity(HIGH * (WIDE / 2 + 1));
    for row in pixels.chunks(WIDE) {
        rows.push(0);
        rows.extend(row.chunks(2).map(|pair| pair.iter().fold(0, |byte, pixel| (byte << 4) | (pixel & 15))));
    }
    // 240 × 160 at four bits are 19 360 bytes, less than a stored block holds.
    let length = rows.len() as u16;
    let mut packed = vec![0x78, 0x01, 0x01];
    packed.extend(length.to_le_bytes());
    packed.extend((!length).to_le_bytes());
    packed.extend(&rows);
    packed.extend(adler(&rows).to_be_bytes());
    let mut head = Vec::new();
    head.extend((WIDE as u32).to_be_bytes());
    head.extend((HIGH as u32).to_be_bytes());
    head.extend([4, 3, 0, 0, 0]);
    let mut file = vec![0x89, b'P', b'N', b'G', 0x0D, 0x0A, 0x1A, 0x0A];
    chunk(&mut file, *b"IHDR", &head);
    chunk(&mut file, *b"PLTE", &COLOURS.concat());
    chunk(&mut file, *b"IDAT", &packed);
    chunk(&mut file, *b"IEND", &[]);
    file
}

fn chunk(file: &mut Vec<u8>, name: [u8; 4], body: &[u8]) {
    file.extend((body.len() as u32).to_be_bytes());
    let from = file.len();
    file.extend(name);
    file.extend(body);
    let sum = file.get(from..).map_or(0, crc);
    file.extend(sum.to_be_bytes());
}

fn crc(bytes: &[u8]) -> u32 {
    let table: Vec<u32> =
        (0..256_u32).map(|byte| (0..8).fold(byte, |sum, _| if sum & 1 == 1 { 0xEDB8_8320 ^ (sum >> 1) } else { sum >> 1 })).collect();
    let step = |sum: u32, byte: &u8| table.get((sum as u8 ^ byte) as usize).map_or(sum, |known| known ^ (sum >> 8));
    !bytes.iter().fold(u32::MAX, step)
}

fn adler(bytes: &[u8]) -> u32 {
    let (low, high) = bytes.iter().fold((1_u32, 0_u32), |(low, high), byte| {
        let low = (low + u32::from(*byte)) % 65_521;
        (low, (high + low) % 65_521)
    });
    (high << 16) | low
}

#[cfg(test)]
mod tests {
    use super::{adler, crc, door, shelf, signature};
    use qudao_platform::files::{FileKind, look};

    #[test]
    fn a_picture_is_one_and_the_same_for_its_number() {
        assert_eq!((crc(b"123456789"), adler(b"Wikipedia")), (0xCBF4_3926, 0x11E6_0398));
        for draw in [door, shelf, signature] {
            assert_eq!(draw(7), draw(7));
            assert_ne!(draw(7), draw(8));
            let found = look(&draw(7), &[FileKind::Png]).unwrap();
            assert_eq!(found.kind, FileKind::Png);
        }
    }
}
