//! What a file is, by its content.

use super::*;

fn png(width: u32, height: u32) -> Vec<u8> {
    let mut bytes = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR".to_vec();
    bytes.extend(width.to_be_bytes());
    bytes.extend(height.to_be_bytes());
    bytes
}

#[test]
fn the_content_decides_and_pictures_are_bounded() {
    // R0.15
    let code = |bytes: &[u8]| look(bytes).map_or_else(|refusal| refusal.code, |content| content.kind.name());
    assert_eq!(code(&png(1600, 1200)), "png");
    assert_eq!(code(&png(0, 1200)), "settle.attachment.pixels");
    assert_eq!(code(&png(60_000, 60_000)), "settle.attachment.pixels", "a picture that would fill the memory of who opens it");
    assert_eq!(code(b"%PDF-1.7"), "pdf");
    assert_eq!(code(b"PK\x03\x04....OFD.xml"), "ofd");
    assert_eq!(code(b"PK\x03\x04....xl/workbook.xml"), "settle.attachment.kind");
    assert_eq!(code(b"MZ\x90\x00"), "settle.attachment.kind");
    assert_eq!(code(b"<svg onload=alert(1)>"), "settle.attachment.kind");
    assert_eq!(code(b""), "settle.attachment.kind");
    let jpeg = b"\xff\xd8\xff\xe0\x00\x04\x00\x00\xff\xc0\x00\x11\x08\x04\xb0\x06\x40\x03";
    assert_eq!(look(jpeg).map(|content| (content.width, content.height)), Ok((1600, 1200)));
    assert_eq!(code(&jpeg[..12]), "settle.attachment.pixels", "cut off");
}
