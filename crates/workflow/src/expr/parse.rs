//! Words to a checked expression, by precedence climbing.

use super::lexer::{Placed, Tok, fault, words};
use super::{Expr, Fault, Names, Node, Op, Type, Val};

/// Deepest nesting, so that a text from outside cannot exhaust the stack.
const MOST_DEPTH: usize = 40;
/// Longest text.
const MOST_CHARS: usize = 2_000;

/// Reads a condition.
///
/// # Errors
/// The place, and what is wrong there: grammar, a field that does not exist, a type that does not fit.
pub fn compile(text: &str, names: &dyn Names) -> Result<Expr, Fault> {
    if text.chars().count() > MOST_CHARS {
        return Err(fault(1, "条件过长，请拆成几步", "the condition is too long; make several steps of it"));
    }
    let mut parser = Parser { words: words(text)?, at: 0, depth: 0, names };
    let found = parser.binding(0)?;
    if *parser.tok() != Tok::End {
        return Err(fault(parser.place(), "这里应当结束，或缺少 and、or", "the condition should end here, or `and`, `or` is missing"));
    }
    wants(&found, Type::Bool, 1)?;
    Ok(found)
}

struct Parser<'a> {
    words: Vec<Placed>,
    at: usize,
    depth: usize,
    names: &'a dyn Names,
}

impl Parser<'_> {
    fn tok(&self) -> &Tok {
        &self.words[self.at].0
    }

    fn place(&self) -> usize {
        self.words[self.at].1
    }

    /// The present word; the end stays.
    fn next(&mut self) -> Tok {
        let tok = self.tok().clone();
        if tok != Tok::End {
            self.at += 1;
        }
        tok
    }

    fn eat(&mut self, sign: &'static str) -> bool {
        let there = *self.tok() == Tok::Sign(sign);
        self.at += usize::from(there);
        there
    }

    fn must(&mut self, sign: &'static str) -> Result<(), Fault> {
        if self.eat(sign) {
            return Ok(());
        }
        Err(fault(self.place(), &format!("这里缺少 {sign}"), &format!("`{sign}` is missing here")))
    }

    fn operator(&self) -> Option<(Op, u8)> {
        Some(match self.tok() {
            Tok::Word(word) if word == "or" => (Op::Or, 1),
            Tok::Word(word) if word == "and" => (Op::And, 2),
            Tok::Sign("=") => (Op::Eq, 4),
            Tok::Sign("!=") => (Op::Ne, 4),
            Tok::Sign("<") => (Op::Lt, 4),
            Tok::Sign("<=") => (Op::Le, 4),
            Tok::Sign(">") => (Op::Gt, 4),
            Tok::Sign(">=") => (Op::Ge, 4),
            Tok::Sign("+") => (Op::Add, 5),
            Tok::Sign("-") => (Op::Sub, 5),
            Tok::Sign("*") => (Op::Mul, 6),
            _ => return None,
        })
    }

    fn binding(&mut self, least: u8) -> Result<Expr, Fault> {
        self.depth += 1;
        if self.depth > MOST_DEPTH {
            return Err(fault(self.place(), "嵌套过深，请拆成几步", "nested too deeply; make several steps of it"));
        }
        let mut left = self.prefix()?;
        while let Some((op, level)) = self.operator() {
            if level < least {
                break;
            }
            let at = self.place();
            self.next();
            let right = self.binding(level + 1)?;
            left = both(op, left, right, at)?;
        }
        if matches!(self.tok(), Tok::Word(word) if word == "in") && least <= 4 {
            left = self.list(left)?;
            self.depth -= 1;
            return self.after(left, least);
        }
        self.depth -= 1;
        Ok(left)
    }

    /// What may follow a list: `x in ('a') and …`.
    fn after(&mut self, mut left: Expr, least: u8) -> Result<Expr, Fault> {
        while let Some((op, level)) = self.operator() {
            if level < least {
                break;
            }
            let at = self.place();
            self.next();
            let right = self.binding(level + 1)?;
            left = both(op, left, right, at)?;
        }
        Ok(left)
    }

    fn prefix(&mut self) -> Result<Expr, Fault> {
        let at = self.place();
        match self.tok().clone() {
            Tok::Word(word) if word == "not" => {
                self.next();
                let inner = self.binding(3)?;
                wants(&inner, Type::Bool, at)?;
                Ok(Expr { node: Node::Not(Box::new(inner)), kind: Type::Bool })
            }
            Tok::Sign("-") => {
                self.next();
                let inner = self.binding(7)?;
                if !matches!(inner.kind, Type::Number | Type::Money) {
                    return Err(misfit(at, inner.kind, Type::Number));
                }
                Ok(Expr { kind: inner.kind, node: Node::Minus(Box::new(inner)) })
            }
            _ => self.single(),
        }
    }

    fn single(&mut self) -> Result<Expr, Fault> {
        let at = self.place();
        if self.eat("(") {
            let inner = self.binding(0)?;
            self.must(")")?;
            return Ok(inner);
        }
        let is = |value, kind| Ok(Expr { node: Node::Is(value), kind });
        match self.next() {
            Tok::Int(number) => is(Val::Int(number), Type::Number),
            Tok::Money(fen) => is(Val::Int(fen), Type::Money),
            Tok::Text(text) => is(Val::Text(text), Type::Text),
            Tok::Date(text) => is(Val::Text(text), Type::Date),
            Tok::Month(text) => is(Val::Text(text), Type::Month),
            Tok::Word(word) => self.word(&word, at),
            Tok::Sign(_) | Tok::End => Err(fault(at, "这里缺少字段、数值或文本", "a field, number or text is missing here")),
        }
    }

    fn word(&mut self, word: &str, at: usize) -> Result<Expr, Fault> {
        match word {
            "true" | "false" => return Ok(Expr { node: Node::Is(Val::Bool(word == "true")), kind: Type::Bool }),
            "filled" | "count" | "sum" if *self.tok() == Tok::Sign("(") => return self.called(word),
            _ => {}
        }
        let kind = self.field(word, at)?;
        if kind == Type::Rows || word.contains('.') {
            return Err(fault(
                at,
                &format!("明细 {word} 只能用 count(明细) 或 sum(明细.列)"),
                &format!("of rows such as {word} there are only count(rows) and sum(rows.column)"),
            ));
        }
        Ok(Expr { node: Node::Field(word.to_owned()), kind })
    }

    fn called(&mut self, function: &str) -> Result<Expr, Fault> {
        self.must("(")?;
        let at = self.place();
        let Tok::Word(name) = self.next() else {
            return Err(fault(at, "括号里应当是字段", "a field belongs in the brackets"));
        };
        let kind = self.field(&name, at)?;
        self.must(")")?;
        match (function, name.split_once('.')) {
            ("filled", None) => Ok(Expr { node: Node::Filled(name), kind: Type::Bool }),
            ("count", None) if kind == Type::Rows => Ok(Expr { node: Node::Count(name), kind: Type::Number }),
            ("sum", Some((rows, column))) if matches!(kind, Type::Number | Type::Money) => {
                Ok(Expr { node: Node::Sum(rows.to_owned(), column.to_owned()), kind })
            }
            _ => Err(fault(
                at,
                &format!("{function}({name}) 不成立：filled(字段)、count(明细)、sum(明细.数字列)"),
                &format!("{function}({name}) is none of filled(field), count(rows), sum(rows.numbers)"),
            )),
        }
    }

    fn list(&mut self, left: Expr) -> Result<Expr, Fault> {
        self.next();
        self.must("(")?;
        let mut values = Vec::new();
        loop {
            let at = self.place();
            let found = self.single()?;
            same(left.kind, found.kind, at)?;
            let Node::Is(value) = found.node else {
                return Err(fault(at, "in 的括号里只能是固定的值", "only fixed values stand in the brackets of `in`"));
            };
            values.push(value);
            if !self.eat(",") {
                break;
            }
        }
        self.must(")")?;
        Ok(Expr { node: Node::In(Box::new(left), values), kind: Type::Bool })
    }

    fn field(&self, name: &str, at: usize) -> Result<Type, Fault> {
        self.names.named(name).ok_or_else(|| {
            let known = self.names.known();
            fault(
                at,
                &format!("没有字段 {name}；可用的字段：{}", known.join("、")),
                &format!("there is no field {name}; there are {}", known.join(", ")),
            )
        })
    }
}

fn both(op: Op, left: Expr, right: Expr, at: usize) -> Result<Expr, Fault> {
    let kind = match op {
        Op::And | Op::Or => {
            wants(&left, Type::Bool, at)?;
            wants(&right, Type::Bool, at)?;
            Type::Bool
        }
        Op::Eq | Op::Ne => {
            same(left.kind, right.kind, at)?;
            Type::Bool
        }
        Op::Lt | Op::Le | Op::Gt | Op::Ge => {
            same(left.kind, right.kind, at)?;
            if left.kind == Type::Bool {
                return Err(fault(at, "是否不能比大小", "yes and no have no order"));
            }
            Type::Bool
        }
        Op::Add | Op::Sub => {
            same(left.kind, right.kind, at)?;
            number(left.kind, at)?
        }
        Op::Mul => match (number(left.kind, at)?, number(right.kind, at)?) {
            (Type::Money, Type::Money) => return Err(fault(at, "金额不能相乘", "money is not multiplied by money")),
            (Type::Money, _) | (_, Type::Money) => Type::Money,
            _ => Type::Number,
        },
    };
    Ok(Expr { node: Node::Both(op, Box::new(left), Box::new(right)), kind })
}

fn number(kind: Type, at: usize) -> Result<Type, Fault> {
    if matches!(kind, Type::Number | Type::Money) { Ok(kind) } else { Err(misfit(at, kind, Type::Number)) }
}

fn wants(found: &Expr, kind: Type, at: usize) -> Result<(), Fault> {
    same(kind, found.kind, at)
}

fn same(wanted: Type, found: Type, at: usize) -> Result<(), Fault> {
    if wanted == found && found != Type::Rows { Ok(()) } else { Err(misfit(at, found, wanted)) }
}

fn misfit(at: usize, found: Type, wanted: Type) -> Fault {
    let (is, want) = (found.words(), wanted.words());
    let money = matches!((found, wanted), (Type::Number, Type::Money) | (Type::Money, Type::Number));
    let (zh, en) = if money { ("；金额请写作 5000元", "; money is written 5000元") } else { ("", "") };
    fault(at, &format!("这里应当是{}，写的是{}{zh}", want.zh, is.zh), &format!("{} belongs here, not {}{en}", want.en, is.en))
}
