//! Expressions, by precedence climbing: `or`, `and`, `not`, comparisons, `+ -`, `* /`, sign, and what binds tightest.

use super::component::CLAUSES;
use super::policy::ITEMS;
use super::{MAX_DEPTH, MAX_HEIGHT, Mark, Parsed, Parser, Reported};
use crate::ast::{At, Expr, ExprKind, Lit, Name};
use crate::diagnostics::Span;
use crate::keywords::{Kw, is_reserved};
use crate::lexer::Tok;
use crate::model::Op;

const OR: u8 = 1;
const AND: u8 = 2;
const NOT: u8 = 3;
const COMPARE: u8 = 4;
const ADD: u8 = 5;
const MUL: u8 = 6;

fn height(parts: &[&Expr]) -> u16 {
    parts.iter().map(|part| part.height).max().unwrap_or(0) + 1
}

impl Parser<'_> {
    /// An expression.
    pub(super) fn expr(&mut self) -> Parsed<Expr> {
        self.binding(OR)
    }

    /// A literal or name, with an optional minus: what a bound or a rate can be.
    pub(super) fn operand(&mut self) -> Parsed<Expr> {
        self.deeper(Self::unary)
    }

    fn deeper<T>(&mut self, read: impl FnOnce(&mut Self) -> Parsed<T>) -> Parsed<T> {
        if self.depth >= MAX_DEPTH {
            let span = self.span();
            self.sink
                .error("policy.expression.too_deep", span, format!("嵌套超过 {MAX_DEPTH} 层"), format!("nested more than {MAX_DEPTH} deep"))
                .help("请把一部分写成口径(predicate)或指标", "give a part of it a name as a predicate or measure");
            return Err(Reported);
        }
        self.depth += 1;
        let out = read(self);
        self.depth -= 1;
        out
    }

    fn node(&mut self, kind: ExprKind, span: Span, height: u16) -> Parsed<Expr> {
        if height > MAX_HEIGHT {
            self.sink
                .error(
                    "policy.expression.too_long",
                    span,
                    format!("一个表达式里的运算超过 {MAX_HEIGHT} 个"),
                    format!("more than {MAX_HEIGHT} operators in one expression"),
                )
                .help("请把一部分写成口径(predicate)或指标", "give a part of it a name as a predicate or measure");
            return Err(Reported);
        }
        Ok(Expr { kind, span, height })
    }

    fn binding(&mut self, least: u8) -> Parsed<Expr> {
        self.deeper(|p| {
            let mut left = if least <= NOT && p.at_kw(Kw::Not) {
                let start = p.span();
                p.eat(Kw::Not);
                let inner = p.binding(NOT)?;
                let (span, high) = (p.since(start), height(&[&inner]));
                p.node(ExprKind::Not(Box::new(inner)), span, high)?
            } else {
                p.unary()?
            };
            while let Some((op, level)) = p.operator() {
                if level < least {
                    break;
                }
                let op_span = p.take_operator(op);
                let right = p.binding(level + 1)?;
                let (span, high) = (left.span.to(right.span), height(&[&left, &right]));
                left = p.node(ExprKind::Binary(At::new(op, op_span), Box::new(left), Box::new(right)), span, high)?;
                if level == COMPARE {
                    p.no_chain(least)?;
                }
            }
            if least <= COMPARE { p.tests(left, least) } else { Ok(left) }
        })
    }

    /// `a < b < c` is never what is meant.
    fn no_chain(&mut self, least: u8) -> Parsed<()> {
        if least <= COMPARE && self.operator().is_some_and(|(_, level)| level == COMPARE) {
            let span = self.span();
            self.sink
                .error("policy.expression.chained", span, "比较不能连写", "comparisons cannot be chained")
                .help("请写 `介于 a 与 b`,或用 `且` 连接两个比较", "write `between a and b`, or join two comparisons with `and`");
            return Err(Reported);
        }
        Ok(())
    }

    fn operator(&self) -> Option<(Op, u8)> {
        Some(match self.token().tok {
            Tok::Sign("=") => (Op::Eq, COMPARE),
            Tok::Sign("!=") => (Op::Ne, COMPARE),
            Tok::Sign("<") => (Op::Lt, COMPARE),
            Tok::Sign("<=") => (Op::Le, COMPARE),
            Tok::Sign(">") => (Op::Gt, COMPARE),
            Tok::Sign(">=") => (Op::Ge, COMPARE),
            Tok::Sign("+") => (Op::Add, ADD),
            Tok::Sign("-") => (Op::Sub, ADD),
            Tok::Sign("*") => (Op::Mul, MUL),
            Tok::Sign("/") => (Op::Div, MUL),
            Tok::Word if self.at_kw(Kw::And) => (Op::And, AND),
            Tok::Word if self.at_kw(Kw::Or) => (Op::Or, OR),
            _ => return None,
        })
    }

    fn take_operator(&mut self, op: Op) -> Span {
        let start = self.span();
        match op {
            Op::And => drop(self.eat(Kw::And)),
            Op::Or => drop(self.eat(Kw::Or)),
            _ => self.advance(),
        }
        self.since(start)
    }

    /// `in`, `under`, `starts with`, `between`, each with an optional `not` before it, and what follows them.
    fn tests(&mut self, subject: Expr, least: u8) -> Parsed<Expr> {
        const TESTS: &[Kw] = &[Kw::In, Kw::Under, Kw::StartsWith, Kw::Between];
        let negated = self.at_kw(Kw::Not);
        if negated {
            self.eat(Kw::Not);
        }
        let Some(test) = self.eat_any(TESTS) else {
            return if negated { self.wanted_any(TESTS) } else { Ok(subject) };
        };
        let start = subject.span;
        let high = subject.height + 1;
        let subject = Box::new(subject);
        let kind = match test {
            Kw::In => ExprKind::In(subject, self.literals()?),
            Kw::Under => ExprKind::Under(subject, self.codes()?),
            Kw::StartsWith => ExprKind::StartsWith(subject, self.need_text("文本", "a text")?),
            _ => {
                let low = self.binding(ADD)?;
                self.need(Kw::BetweenAnd)?;
                let up = self.binding(ADD)?;
                // The subject is compared twice.
                let high = height(&[&subject, &low, &up]) + 1;
                let kind = ExprKind::Between(subject, Box::new(low), Box::new(up));
                let span = self.since(start);
                let node = self.node(kind, span, high)?;
                return self.after_test(node, negated, least);
            }
        };
        let span = self.since(start);
        let node = self.node(kind, span, high)?;
        self.after_test(node, negated, least)
    }

    /// The rest of the expression behind a test: `x in ("a") and …`.
    fn after_test(&mut self, mut left: Expr, negated: bool, least: u8) -> Parsed<Expr> {
        if negated {
            let (span, high) = (left.span, left.height + 1);
            left = self.node(ExprKind::Not(Box::new(left)), span, high)?;
        }
        while let Some((op, level)) = self.operator() {
            if level < least {
                break;
            }
            if level > AND {
                return self.wanted("`且`、`或` 或下一项", "`and`, `or` or the next item");
            }
            let op_span = self.take_operator(op);
            let right = self.binding(level + 1)?;
            let (span, high) = (left.span.to(right.span), height(&[&left, &right]));
            left = self.node(ExprKind::Binary(At::new(op, op_span), Box::new(left), Box::new(right)), span, high)?;
        }
        Ok(left)
    }

    fn literals(&mut self) -> Parsed<Vec<Expr>> {
        self.need_sign("(")?;
        let mut out = vec![self.operand()?];
        while self.eat_sign(",") {
            out.push(self.operand()?);
        }
        self.need_sign(")")?;
        Ok(out)
    }

    fn codes(&mut self) -> Parsed<Vec<Name>> {
        let code = |p: &mut Self| p.need_text("地区编码文本(如 \"4301\")", "a division code such as \"4301\"");
        if !self.eat_sign("(") {
            return Ok(vec![code(self)?]);
        }
        let mut out = vec![code(self)?];
        while self.eat_sign(",") {
            out.push(code(self)?);
        }
        self.need_sign(")")?;
        Ok(out)
    }

    fn unary(&mut self) -> Parsed<Expr> {
        if !self.at_sign("-") {
            return self.primary();
        }
        let start = self.span();
        self.marks[self.at] = Mark::Minus;
        self.advance();
        let inner = self.deeper(Self::unary)?;
        let (span, high) = (self.since(start), height(&[&inner]));
        self.node(ExprKind::Neg(Box::new(inner)), span, high)
    }

    fn leaf(&mut self, lit: Lit) -> Parsed<Expr> {
        let span = self.span();
        self.advance();
        self.node(ExprKind::Lit(lit), span, 1)
    }

    fn primary(&mut self) -> Parsed<Expr> {
        match &self.token().tok {
            Tok::Number { mantissa, scale } => self.leaf(Lit::Number { mantissa: *mantissa, scale: *scale }),
            Tok::Money(fen) => self.leaf(Lit::Money(*fen)),
            Tok::Date(date) => self.leaf(Lit::Date(*date)),
            Tok::Str(text) => self.leaf(Lit::Text(text.clone())),
            Tok::Sign("(") => {
                self.advance();
                let inner = self.expr()?;
                self.need_sign(")")?;
                Ok(inner)
            }
            Tok::Word => self.word_expr(),
            _ => self.wanted("表达式", "an expression"),
        }
    }

    fn word_expr(&mut self) -> Parsed<Expr> {
        let start = self.span();
        for (kw, value) in [(Kw::True, true), (Kw::False, false)] {
            if self.eat(kw) {
                return self.node(ExprKind::Lit(Lit::Bool(value)), start, 1);
            }
        }
        if self.at_kw(Kw::If) {
            return self.if_expr();
        }
        if self.at_kw(Kw::Match) {
            return self.match_expr();
        }
        let word = self.word_at(0).unwrap_or("");
        let next_item = self.token().fresh
            && CLAUSES.iter().chain(ITEMS).any(|kw| self.at_kw(*kw))
            && !matches!(self.ahead(1).tok, Tok::Sign("(" | "."));
        let named = crate::vocab::is_field_word(word);
        if is_reserved(word) || next_item && !named {
            return self.wanted("表达式", "an expression");
        }
        let token = self.at;
        let first = self.name()?;
        if self.at_sign("(") {
            return self.call(token, first);
        }
        let mut path = vec![first];
        if self.eat_sign(".") {
            self.marks[token] = Mark::Field(true);
            self.marks[self.at] = Mark::Second;
            path.push(self.name()?);
        } else {
            self.marks[token] = Mark::Field(false);
        }
        let span = self.since(start);
        self.node(ExprKind::Path(path), span, 1)
    }

    fn call(&mut self, token: usize, name: Name) -> Parsed<Expr> {
        const FUNCTIONS: &[Kw] = &[Kw::Min, Kw::Max, Kw::Abs, Kw::CeilFn, Kw::FloorFn, Kw::RoundFn, Kw::MonthsFn, Kw::DaysFn];
        if let Some(kw) = FUNCTIONS.iter().find(|kw| kw.is(&name.node)) {
            self.marks[token] = Mark::Word(*kw, 1);
        }
        self.need_sign("(")?;
        let mut args = Vec::new();
        if !self.at_sign(")") {
            args.push(self.expr()?);
            while self.eat_sign(",") {
                args.push(self.expr()?);
            }
        }
        self.need_sign(")")?;
        let high = args.iter().map(|arg| arg.height).max().unwrap_or(0) + 1;
        let span = self.since(name.span);
        self.node(ExprKind::Call(name, args), span, high)
    }

    fn if_expr(&mut self) -> Parsed<Expr> {
        let start = self.span();
        self.need(Kw::If)?;
        let cond = self.expr()?;
        self.need(Kw::Then)?;
        let yes = self.expr()?;
        self.need(Kw::Else)?;
        let no = self.expr()?;
        let (span, high) = (self.since(start), height(&[&cond, &yes, &no]));
        self.node(ExprKind::If(Box::new(cond), Box::new(yes), Box::new(no)), span, high)
    }

    /// `match x { "a", "b": 1; "c": 2; else: 3 }`
    fn match_expr(&mut self) -> Parsed<Expr> {
        let start = self.span();
        self.need(Kw::Match)?;
        let subject = self.expr()?;
        self.need_sign("{")?;
        let mut arms = Vec::new();
        let mut otherwise = None;
        let mut high = subject.height;
        while !self.at_sign("}") && otherwise.is_none() {
            if self.eat(Kw::Else) {
                self.eat_sign(":");
                let value = self.expr()?;
                high = high.max(value.height);
                otherwise = Some(Box::new(value));
            } else {
                let mut literals = vec![self.operand()?];
                while self.eat_sign(",") {
                    literals.push(self.operand()?);
                }
                self.need_sign(":")?;
                let value = self.expr()?;
                high = high.max(value.height);
                arms.push((literals, value));
            }
            while self.eat_sign(";") {}
        }
        self.need_sign("}")?;
        let span = self.since(start);
        self.node(ExprKind::Match(Box::new(subject), arms, otherwise), span, high + 1)
    }
}
