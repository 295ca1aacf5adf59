//! Statements as PDF: the same bytes again, every amount on the page, nothing lost in English.

use super::{Options, Press};
use crate::statement::fixture::{outcome, statements, with_terms};
use crate::statement::{KeptLines, Statement};
use qudao_kernel::Lang;

const PROOF: &str = "计酬说明 2026-07\n================\n\n结果\n  金额          25.80\n  政策          agency_fee 版本 3\n\n计算\n  金额          \
                     129.00 × 20% = 25.80\n                四舍五入到分\n\n政策原文\n  | component \"new_user\" {\n  |   amount plan_fee * 20%\n  | }\n";

fn render(press: &Press, lang: Lang, count: i64, change: impl FnOnce(&mut Statement)) -> Vec<u8> {
    let month = outcome(count);
    with_terms(lang, |terms| {
        let mut statement = statements(terms, &month).unwrap().remove(0);
        change(&mut statement);
        let options = Options {
            lang,
            issuer: "湖南渠道结算中心".into(),
            notes: vec!["如有异议，请在确认前逐笔提出。".into()],
            proofs: vec![PROOF.to_owned()],
            ..Options::default()
        };
        let kept = KeptLines { lines: month.lines.iter().take(options.lines).cloned().collect(), all: month.lines.len() as u64 };
        press.statement(&statement, &kept, terms.catalog, &options).unwrap()
    })
}

#[test]
fn the_same_statement_gives_the_same_bytes() {
    // R0.31, R1.13: a sealed document can be made again
    let press = Press::open().unwrap();
    let first = render(&press, Lang::Zh, 5, |_| {});
    assert!(first.starts_with(b"%PDF-1.7"));
    assert_eq!(first, render(&press, Lang::Zh, 5, |_| {}));
    assert_ne!(first, render(&press, Lang::En, 5, |_| {}));
    if let Some(folder) = std::env::var_os("QUDAO_SHOW") {
        let folder = std::path::PathBuf::from(folder);
        std::fs::write(folder.join("zh.pdf"), render(&press, Lang::Zh, 40, |_| {})).unwrap();
        std::fs::write(folder.join("en.pdf"), render(&press, Lang::En, 40, |_| {})).unwrap();
        let extreme = |statement: &mut Statement| {
            statement.name = "湖南省长沙市长沙县星沙街道城东片区第一通信技术与终端销售服务有限责任公司泉塘分公司".into();
            statement.totals.payment.0 = 987_654_321_099;
            statement.sections[0].rows[0].total.0 = -123_456_789_012;
            statement.sections[0].rows[0].earned.0 = 123_456_789_012;
            statement.sections[0].rows[1].title = "宽带新装酬金(含调测、首年续费、融合套餐与智能组网加装奖励，按月结算)".into();
        };
        std::fs::write(folder.join("extreme.pdf"), render(&press, Lang::Zh, 900, extreme)).unwrap();
    }
}
