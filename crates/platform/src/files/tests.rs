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
    let code = |bytes: &[u8]| look(bytes, PAPERS).map_or_else(|refusal| refusal.code, |content| content.kind.name());
    assert_eq!(code(&png(1600, 1200)), "png");
    assert_eq!(code(&png(0, 1200)), "platform.files.pixels");
    assert_eq!(code(&png(60_000, 60_000)), "platform.files.pixels", "a picture that would fill the memory of who opens it");
    assert_eq!(code(b"%PDF-1.7"), "pdf");
    assert_eq!(code(b"PK\x03\x04....OFD.xml"), "ofd");
    assert_eq!(code(b"PK\x03\x04....xl/workbook.xml"), "platform.files.kind");
    assert_eq!(code(b"MZ\x90\x00"), "platform.files.kind");
    assert_eq!(code(b"<svg onload=alert(1)>"), "platform.files.kind");
    assert_eq!(code(b""), "platform.files.kind");
    let jpeg = b"\xff\xd8\xff\xe0\x00\x04\x00\x00\xff\xc0\x00\x11\x08\x04\xb0\x06\x40\x03";
    assert_eq!(look(jpeg, PAPERS).map(|content| (content.width, content.height)), Ok((1600, 1200)));
    assert_eq!(code(&jpeg[..12]), "platform.files.pixels", "cut off");
}

#[test]
fn a_document_store_takes_texts_and_office_files_without_macros() {
    // R8.108, R0.15
    let code = |bytes: &[u8]| look(bytes, DOCUMENTS).map_or_else(|refusal| refusal.code, |content| content.kind.name());
    assert_eq!(code(b"PK\x03\x04....xl/workbook.xml"), "xlsx");
    assert_eq!(code(b"PK\x03\x04....xl/workbook.xml....xl/vbaProject.bin"), "platform.files.kind");
    assert_eq!(code(b"PK\x03\x04....word/document.xml"), "docx");
    assert_eq!(code(b"PK\x03\x04....ppt/presentation.xml"), "pptx");
    assert_eq!(code("编码,名称\nA1,甲\n".as_bytes()), "text");
    assert_eq!(code(b"\xb1\xe0\xc2\xeb,1\n"), "text", "GB18030");
    assert_eq!(code(b"<html><script>"), "platform.files.kind", "no page that a browser would run");
    assert_eq!(code(b"MZ\x90\x00"), "platform.files.kind");
    assert_eq!(code(b""), "platform.files.kind");
}

#[test]
fn files_are_kept_once_and_their_words_are_found() {
    // R8.108
    let folder = tempfile::tempdir().unwrap();
    let (content, sha256) = keep(folder.path(), "渠道拓展方案\n乡镇网点".as_bytes(), DOCUMENTS).unwrap();
    assert_eq!(keep(folder.path(), "渠道拓展方案\n乡镇网点".as_bytes(), DOCUMENTS).unwrap().1, sha256);
    assert!(words(&path(folder.path(), &sha256), content.kind, 100).contains("乡镇网点"));
    assert_eq!(words(&path(folder.path(), &sha256), content.kind, 2), "渠道");
    let book = folder.path().join("book.xlsx");
    let columns = [crate::sheet::Column::new("政策", crate::sheet::ColumnType::Text)];
    let mut table = crate::sheet::TableWriter::create(&book, &columns, crate::sheet::Format::Xlsx).unwrap();
    table.row(&[crate::sheet::Cell::Text("主推机型")]).unwrap();
    table.finish().unwrap();
    assert_eq!(words(&book, FileKind::Xlsx, 100), "政策 主推机型");
    std::fs::write(path(folder.path(), &sha256), "换了").unwrap();
    assert_eq!(read(folder.path(), &sha256).unwrap_err().code, "platform.files.changed");
    assert_eq!(plain_name("../合同\u{7}.pdf"), "..合同.pdf");
}
