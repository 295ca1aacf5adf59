//! Expressions: names to indices, types, and what each expression reads.

use super::names::Names;
use crate::ast::{self, ExprKind, Lit};
use crate::diagnostics::{Sink, Span};
use crate::keywords::Kw;
use crate::model::{Expr, Field, Func, Op, Type};
use crate::vocab::{self, type_word};
use qudao_kernel::Lang;

/// Something an expression reads or does that not every place allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum What {
    Field(Field),
    Param(usize),
    Predicate(usize),
    Measure(usize),
    Ladder(usize),
    Division,
}

/// A reading and its place.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Use {
    pub(crate) what: What,
    pub(crate) span: Span,
}

/// A checked expression.
#[derive(Debug, Clone)]
pub(crate) struct Typed {
    pub(crate) expr: Expr,
    pub(crate) ty: Type,
    pub(crate) span: Span,
    pub(crate) uses: Vec<Use>,
}

/// Checks expressions against the names of one policy.
pub(crate) struct Exprs<'a> {
    pub(crate) names: &'a Names,
    pub(crate) sink: &'a mut Sink,
    uses: Vec<Use>,
}

type Out = Option<(Expr, Type)>;

impl<'a> Exprs<'a> {
    pub(crate) fn new(names: &'a Names, sink: &'a mut Sink) -> Self {
        Self { names, sink, uses: Vec::new() }
    }

    /// The expression of whatever type it has; `None` if it was refused.
    pub(crate) fn any(&mut self, expr: &ast::Expr) -> Option<Typed> {
        self.uses.clear();
        let (checked, ty) = self.expr(expr)?;
        Some(Typed { expr: checked, ty, span: expr.span, uses: std::mem::take(&mut self.uses) })
    }

    /// The expression, which must be of the type.
    pub(crate) fn of(&mut self, expr: &ast::Expr, wanted: Type) -> Option<Typed> {
        let typed = self.any(expr)?;
        if typed.ty == wanted {
            return Some(typed);
        }
        let d = self.sink.error(
            "policy.type.unexpected",
            expr.span,
            format!("这里要{},写的却是{}", type_word(wanted, Lang::Zh), type_word(typed.ty, Lang::Zh)),
            format!("{} is needed here, but this is {}", type_word(wanted, Lang::En), type_word(typed.ty, Lang::En)),
        );
        literal_help(d, &typed.expr, wanted);
        None
    }

    fn expr(&mut self, e: &ast::Expr) -> Out {
        match &e.kind {
            ExprKind::Lit(lit) => self.literal(lit, e.span),
            ExprKind::Path(path) => self.path(path, e.span),
            ExprKind::Call(name, args) => self.call(name, args, e.span),
            ExprKind::Not(inner) => {
                let inner = self.typed(inner, Type::Bool)?;
                Some((Expr::Not(Box::new(inner)), Type::Bool))
            }
            ExprKind::Neg(inner) => self.negative(inner),
            ExprKind::Binary(op, left, right) => self.binary(op, left, right),
            ExprKind::If(cond, yes, no) => {
                let cond = self.typed(cond, Type::Bool);
                let (yes_e, no_e) = (self.expr(yes), self.expr(no));
                let ((yes_e, ty), (no_e, no_ty)) = (yes_e?, no_e?);
                self.same(ty, yes.span, no_ty, no.span)?;
                Some((Expr::If(Box::new(cond?), Box::new(yes_e), Box::new(no_e)), ty))
            }
            ExprKind::Match(subject, arms, otherwise) => self.matching(subject, arms, otherwise.as_deref(), e.span),
            ExprKind::In(subject, literals) => {
                let (subject_e, ty) = self.expr(subject)?;
                let mut list = Vec::new();
                for literal in literals {
                    let value = self.constant(literal, ty, subject.span)?;
                    self.repeated(&list, &value, literal.span);
                    list.push(value);
                }
                Some((Expr::In(Box::new(subject_e), list), Type::Bool))
            }
            ExprKind::Under(subject, codes) => self.under(subject, codes),
            ExprKind::StartsWith(subject, prefix) => {
                let subject = self.typed(subject, Type::Text)?;
                Some((Expr::Call(Func::StartsWith, vec![subject, Expr::Text(prefix.node.clone())]), Type::Bool))
            }
            ExprKind::Between(subject, low, high) => {
                let ge = self.compare(Op::Ge, subject, low);
                let le = self.compare(Op::Le, subject, high);
                Some((Expr::Binary(Op::And, Box::new(ge?), Box::new(le?)), Type::Bool))
            }
        }
    }

    fn typed(&mut self, e: &ast::Expr, wanted: Type) -> Option<Expr> {
        let (expr, ty) = self.expr(e)?;
        if ty == wanted {
            return Some(expr);
        }
        let d = self.sink.error(
            "policy.type.unexpected",
            e.span,
            format!("这里要{},写的却是{}", type_word(wanted, Lang::Zh), type_word(ty, Lang::Zh)),
            format!("{} is needed here, but this is {}", type_word(wanted, Lang::En), type_word(ty, Lang::En)),
        );
        literal_help(d, &expr, wanted);
        None
    }

    fn literal(&mut self, lit: &Lit, span: Span) -> Out {
        Some(match lit {
            Lit::Bool(value) => (Expr::Bool(*value), Type::Bool),
            Lit::Money(fen) => (Expr::Money(*fen), Type::Money),
            Lit::Number { mantissa, scale } => (Expr::Number { mantissa: *mantissa, scale: *scale }, Type::Number),
            Lit::Text(text) => (Expr::Text(text.clone()), Type::Text),
            Lit::Date(date) => (Expr::Date(*date), Type::Date),
            Lit::Month(_) | Lit::Word(_) => {
                self.sink.error("policy.type.unexpected", span, "这里不能用月份", "a month cannot stand here");
                return None;
            }
        })
    }

    fn negative(&mut self, inner: &ast::Expr) -> Out {
        let (expr, ty) = self.expr(inner)?;
        if !matches!(ty, Type::Money | Type::Number) {
            self.sink.error("policy.type.unexpected", inner.span, "只有金额和数值有负数", "only money and numbers can be negative");
            return None;
        }
        Some((negate(expr), ty))
    }

    fn path(&mut self, path: &[ast::Name], span: Span) -> Out {
        let words: Vec<&str> = path.iter().map(|name| name.node.as_str()).collect();
        if let [word] = words[..]
            && let Some((what, expr, ty)) = self.declared(word, span)
        {
            self.uses.push(Use { what, span });
            return Some((expr, ty?));
        }
        let Some(field) = vocab::field(&words) else {
            self.unknown(&words, span);
            return None;
        };
        let Some(ty) = vocab::field_type(field) else {
            self.sink
                .error("policy.field.not_here", span, "表达式里不能读月份列", "the month column cannot be read in an expression")
                .help("请用 月序(month_number),1 到 12", "use month_number, 1 to 12");
            return None;
        };
        self.uses.push(Use { what: What::Field(field), span });
        Some((Expr::Field(field), ty))
    }

    /// What the policy itself declares under the name; the type is missing where its declaration was refused.
    fn declared(&mut self, word: &str, span: Span) -> Option<(What, Expr, Option<Type>)> {
        if let Some(index) = self.names.param(word) {
            return Some((What::Param(index), Expr::Param(index), self.names.params[index].ty));
        }
        if let Some(index) = self.names.predicate(word) {
            return Some((What::Predicate(index), Expr::Predicate(index), Some(Type::Bool)));
        }
        if let Some(index) = self.names.measure(word) {
            if !self.names.measured {
                self.sink.error(
                    "policy.field.not_here",
                    span,
                    format!("这里不能读指标 {word}"),
                    format!("measure {word} cannot be read here"),
                );
                return Some((What::Measure(index), Expr::Bool(false), None));
            }
            return Some((What::Measure(index), Expr::Measure(index), self.names.measures[index].ty));
        }
        if let Some(index) = self.names.ladder(word) {
            self.sink
                .error(
                    "policy.ladder.no_argument",
                    span,
                    format!("阶梯 {word} 要写出按什么计算"),
                    format!("ladder {word} needs what it is applied to"),
                )
                .help(format!("请写 {word}(指标)"), format!("write {word}(measure)"));
            return Some((What::Ladder(index), Expr::Bool(false), None));
        }
        None
    }

    fn unknown(&mut self, words: &[&str], span: Span) {
        let shown = words.join(".");
        if self.names.broken.contains(&shown) {
            return;
        }
        let known = self.names.expression_words();
        let fields = vocab::all_words();
        let near = vocab::nearest(&shown, known.iter().chain(&fields).map(String::as_str));
        let split: Vec<&str> = shown.split('-').collect();
        let is_known = |part: &str| known.iter().chain(&fields).any(|word| word == part);
        let component = self.names.component(&shown).is_some();
        let d = self.sink.error(
            "policy.name.unknown",
            span,
            format!("没有叫 `{shown}` 的字段、参数、口径、指标"),
            format!("there is no field, parameter, predicate or measure `{shown}`"),
        );
        if split.len() > 1 && split.iter().all(|part| is_known(part)) {
            d.help(format!("相减请在减号两边加空格:{}", split.join(" - ")), format!("put blanks around a minus: {}", split.join(" - ")));
        } else if let Some(near) = near {
            d.help(format!("是不是想写 `{near}`?"), format!("did you mean `{near}`?"));
        } else if component {
            d.help("酬金项的金额要先用指标求合计:合计 取自 …", "to read what a component pays, declare a measure: total of …");
        } else if shown.starts_with(|c: char| !c.is_ascii()) && shown.contains(|c: char| c.is_ascii_digit()) {
            d.help("关键字和数字之间要有空格", "put a blank between a keyword and a number");
        }
    }

    fn binary(&mut self, op: &ast::At<Op>, left: &ast::Expr, right: &ast::Expr) -> Out {
        match op.node {
            Op::And | Op::Or => {
                let (a, b) = (self.typed(left, Type::Bool), self.typed(right, Type::Bool));
                Some((Expr::Binary(op.node, Box::new(a?), Box::new(b?)), Type::Bool))
            }
            Op::Eq | Op::Ne | Op::Lt | Op::Le | Op::Gt | Op::Ge => Some((self.compare(op.node, left, right)?, Type::Bool)),
            Op::Add | Op::Sub | Op::Mul | Op::Div => {
                let (a, b) = (self.expr(left), self.expr(right));
                let ((a, a_ty), (b, b_ty)) = (a?, b?);
                let ty = self.arithmetic(op, (a_ty, left.span), (b_ty, right.span))?;
                if op.node == Op::Div {
                    self.uses.push(Use { what: What::Division, span: op.span });
                    if matches!(b, Expr::Money(0) | Expr::Number { mantissa: 0, .. }) {
                        self.sink.error("policy.expression.divides_by_zero", right.span, "除数是零", "this divides by zero");
                        return None;
                    }
                }
                Some((Expr::Binary(op.node, Box::new(a), Box::new(b)), ty))
            }
        }
    }

    fn arithmetic(&mut self, op: &ast::At<Op>, (a, a_span): (Type, Span), (b, b_span): (Type, Span)) -> Option<Type> {
        for (ty, span) in [(a, a_span), (b, b_span)] {
            if !matches!(ty, Type::Money | Type::Number) {
                self.sink.error(
                    "policy.type.unexpected",
                    span,
                    format!("这里要金额或数值,写的却是{}", type_word(ty, Lang::Zh)),
                    format!("money or a number is needed here, but this is {}", type_word(ty, Lang::En)),
                );
                return None;
            }
        }
        match (op.node, a, b) {
            (Op::Add | Op::Sub, _, _) => self.same(a, a_span, b, b_span),
            (Op::Mul, Type::Money, Type::Money) => {
                self.sink
                    .error("policy.type.money_times_money", a_span.to(b_span), "金额不能乘以金额", "money cannot be multiplied by money")
                    .label(a_span, "金额", "money")
                    .label(b_span, "金额", "money")
                    .help("其中一个应是数量或比例", "one of them should be a count or a rate");
                None
            }
            (Op::Mul, Type::Number, Type::Number) => Some(Type::Number),
            (Op::Mul, _, _) => Some(Type::Money),
            (_, Type::Number, Type::Money) => {
                self.sink
                    .error("policy.type.number_by_money", a_span.to(b_span), "数值不能除以金额", "a number cannot be divided by money")
                    .label(a_span, "数值", "a number")
                    .label(b_span, "金额", "money");
                None
            }
            (_, Type::Money, Type::Number) => Some(Type::Money),
            _ => Some(Type::Number),
        }
    }

    fn compare(&mut self, op: Op, left: &ast::Expr, right: &ast::Expr) -> Option<Expr> {
        let (a, b) = (self.expr(left), self.expr(right));
        let ((a, a_ty), (b, b_ty)) = (a?, b?);
        let ty = self.same(a_ty, left.span, b_ty, right.span)?;
        if matches!(ty, Type::Text | Type::Bool) && !matches!(op, Op::Eq | Op::Ne) {
            self.sink
                .error(
                    "policy.type.no_order",
                    left.span.to(right.span),
                    format!("{}之间不分大小", type_word(ty, Lang::Zh)),
                    format!("{} has no order", type_word(ty, Lang::En)),
                )
                .help("只能用 = 或 !=", "use = or != only");
            return None;
        }
        Some(Expr::Binary(op, Box::new(a), Box::new(b)))
    }

    /// Two operands that must be of one type; both places are shown where they are not.
    pub(crate) fn same(&mut self, a: Type, a_span: Span, b: Type, b_span: Span) -> Option<Type> {
        if a == b {
            return Some(a);
        }
        let money = |x, y| x == Type::Money && y == Type::Number;
        let whole = a_span.to(b_span);
        let d = if money(a, b) || money(b, a) {
            let d = self.sink.error("policy.type.money_with_count", whole, "金额和数量混在一起", "this mixes money with a count");
            d.help("金额写作 ¥5.00 或 5.00元;数量要先乘以单价", "write amounts as ¥5.00; multiply a count by a price first")
        } else {
            self.sink.error(
                "policy.type.mixed",
                whole,
                format!("{}和{}不能放在一起", type_word(a, Lang::Zh), type_word(b, Lang::Zh)),
                format!("{} and {} cannot stand together", type_word(a, Lang::En), type_word(b, Lang::En)),
            )
        };
        d.label(a_span, type_word(a, Lang::Zh), type_word(a, Lang::En)).label(b_span, type_word(b, Lang::Zh), type_word(b, Lang::En));
        None
    }

    fn repeated(&mut self, seen: &[Expr], value: &Expr, span: Span) {
        if seen.contains(value) {
            self.sink
                .error(
                    "policy.match.repeated",
                    span,
                    "这个值前面已经列过,永远到不了这里",
                    "this value is listed before, so it is never reached here",
                )
                .help("请删去一处", "remove one of them");
        }
    }

    fn constant(&mut self, e: &ast::Expr, ty: Type, subject: Span) -> Option<Expr> {
        let (expr, found) = self.expr(e)?;
        if !is_literal(&expr) {
            self.sink.error("policy.expression.not_literal", e.span, "这里只能写字面值", "only a literal can stand here");
            return None;
        }
        self.same(ty, subject, found, e.span)?;
        Some(expr)
    }

    fn matching(&mut self, subject: &ast::Expr, arms: &[(Vec<ast::Expr>, ast::Expr)], otherwise: Option<&ast::Expr>, span: Span) -> Out {
        let (subject_e, subject_ty) = self.expr(subject)?;
        let Some(otherwise) = otherwise else {
            self.sink
                .error("policy.match.else_missing", span, "没有写其他情况怎么算", "this does not say what holds for all other values")
                .help("请加上 `否则: …`", "add `else: …`");
            return None;
        };
        let (other_e, ty) = self.expr(otherwise)?;
        let mut seen = Vec::new();
        let mut out = Vec::new();
        for (literals, value) in arms {
            let mut list = Vec::new();
            for literal in literals {
                let constant = self.constant(literal, subject_ty, subject.span)?;
                self.repeated(&seen, &constant, literal.span);
                seen.push(constant.clone());
                list.push(constant);
            }
            let (value_e, value_ty) = self.expr(value)?;
            self.same(value_ty, value.span, ty, otherwise.span)?;
            out.push((list, value_e));
        }
        Some((Expr::Match { subject: Box::new(subject_e), arms: out, otherwise: Box::new(other_e) }, ty))
    }

    fn under(&mut self, subject: &ast::Expr, codes: &[ast::Name]) -> Out {
        let subject = self.typed(subject, Type::Text)?;
        for code in codes {
            if qudao_kernel::territory::level(&code.node).is_none() {
                self.sink
                    .error(
                        "policy.region.not_a_code",
                        code.span,
                        format!("\"{}\" 不是行政区划代码", code.node),
                        format!("\"{}\" is not a division code", code.node),
                    )
                    .help("省 2 位、市 4 位、县 6 位、乡镇 9 位数字", "2 digits for a province, 4 a city, 6 a county, 9 a township");
                return None;
            }
        }
        Some((Expr::Under(Box::new(subject), codes.iter().map(|code| code.node.clone()).collect()), Type::Bool))
    }

    fn call(&mut self, name: &ast::Name, args: &[ast::Expr], span: Span) -> Out {
        if let Some(index) = self.names.ladder(&name.node) {
            self.uses.push(Use { what: What::Ladder(index), span: name.span });
            let [arg] = args else {
                self.sink.error("policy.function.arguments", span, "阶梯要一个参数", "a ladder takes one argument");
                return None;
            };
            let (input, output) = self.names.ladders[index].types?;
            let arg = self.typed(arg, input)?;
            return Some((Expr::Ladder(index, Box::new(arg)), output));
        }
        const FUNCTIONS: &[(Kw, Func)] = &[
            (Kw::Min, Func::Min),
            (Kw::Max, Func::Max),
            (Kw::Abs, Func::Abs),
            (Kw::CeilFn, Func::Ceil),
            (Kw::FloorFn, Func::Floor),
            (Kw::RoundFn, Func::Round),
            (Kw::MonthsFn, Func::Months),
            (Kw::DaysFn, Func::Days),
        ];
        let Some((kw, func)) = FUNCTIONS.iter().find(|(kw, _)| kw.is(&name.node)) else {
            if self.names.broken.contains(&name.node) {
                return None;
            }
            let known = self.names.ladder_words().into_iter().chain(FUNCTIONS.iter().flat_map(|(kw, _)| kw.spellings().map(str::to_owned)));
            let known: Vec<String> = known.collect();
            let near = vocab::nearest(&name.node, known.iter().map(String::as_str));
            let d = self.sink.error(
                "policy.name.unknown",
                name.span,
                format!("没有叫 `{}` 的函数或阶梯", name.node),
                format!("there is no function or ladder `{}`", name.node),
            );
            if let Some(near) = near {
                d.help(format!("是不是想写 `{near}`?"), format!("did you mean `{near}`?"));
            }
            return None;
        };
        self.function(*kw, *func, args, span)
    }

    fn function(&mut self, kw: Kw, func: Func, args: &[ast::Expr], span: Span) -> Out {
        let wanted = match func {
            Func::Min | Func::Max => 2..=64,
            Func::Months | Func::Days => 2..=2,
            _ => 1..=1,
        };
        if !wanted.contains(&args.len()) {
            let count = ["0", "1", "2"][(*wanted.start()).min(2)];
            let (many_zh, many_en) = if *wanted.end() > 2 {
                (format!("至少要 {count} 个"), format!("at least {count}"))
            } else {
                (format!("要 {count} 个"), count.to_owned())
            };
            self.sink.error(
                "policy.function.arguments",
                span,
                format!("{} {many_zh}参数,写了 {} 个", kw.shown(Lang::Zh), args.len()),
                format!("{} takes {many_en} arguments, {} are given", kw.shown(Lang::En), args.len()),
            );
            return None;
        }
        let mut out = Vec::new();
        let mut ty = None;
        for arg in args {
            let (expr, found) = self.expr(arg)?;
            if matches!(func, Func::Months | Func::Days) {
                self.same(found, arg.span, Type::Date, span)?;
            } else if !matches!(found, Type::Money | Type::Number) {
                self.typed(arg, Type::Number)?;
            }
            let (first, first_span) = *ty.get_or_insert((found, arg.span));
            self.same(first, first_span, found, arg.span)?;
            out.push(expr);
        }
        let result = if matches!(func, Func::Months | Func::Days) { Type::Number } else { ty?.0 };
        Some((Expr::Call(func, out), result))
    }
}

/// Suggests the literal that was probably meant.
fn literal_help(d: &mut crate::diagnostics::Diagnostic, expr: &Expr, wanted: Type) {
    if wanted == Type::Money
        && let Expr::Number { mantissa, scale: 0 } = expr
    {
        d.help(format!("金额请写 ¥{mantissa}.00 或 {mantissa}.00元"), format!("write ¥{mantissa}.00"));
    }
}

/// Whether the expression is a literal.
pub(crate) fn is_literal(expr: &Expr) -> bool {
    matches!(expr, Expr::Bool(_) | Expr::Money(_) | Expr::Number { .. } | Expr::Text(_) | Expr::Date(_))
}

fn negate(expr: Expr) -> Expr {
    match expr {
        Expr::Money(fen) => Expr::Money(-fen),
        Expr::Number { mantissa, scale } => Expr::Number { mantissa: -mantissa, scale },
        other => Expr::Neg(Box::new(other)),
    }
}

/// A literal amount or number as an exact fraction of 10^9ths: enough to compare any two of one type.
pub(crate) fn value(expr: &Expr) -> Option<i128> {
    match expr {
        Expr::Money(fen) => Some(i128::from(*fen) * 1_000_000_000),
        Expr::Number { mantissa, scale } => Some(i128::from(*mantissa) * 10i128.pow(9 - u32::from((*scale).min(9)))),
        _ => None,
    }
}
