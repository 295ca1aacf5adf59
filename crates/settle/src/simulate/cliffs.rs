//! Where a ladder jumps: what the unit that reaches a step adds at once, and who stands near.

use super::model::{Edge, LadderPoint, LadderShape};
use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::{Signed, ToPrimitive, Zero};
use qudao_kernel::Fen;
use qudao_policy::model::{Expr, Ladder, LadderMode, Param, Type};
use serde::{Deserialize, Serialize};

/// Partners within this many per cent of an edge stand near it.
pub const NEAR_PER_CENT: i64 = 5;

/// An edge with who stands near it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cliff {
    /// `policy/ladder`.
    pub ladder: String,
    /// Title for people.
    pub title: String,
    /// Whether the ladder counts money.
    pub money: bool,
    /// Where the step begins, in hundredths of a piece or in fen.
    pub at: i64,
    /// What reaching it adds at once.
    pub jump: Fen,
    /// Partner-months just below it, within [`NEAR_PER_CENT`].
    pub below: u64,
    /// Partner-months that reached it by no more than [`NEAR_PER_CENT`].
    pub above: u64,
    /// Partner-months on this step (at or beyond this edge, before the next).
    pub on: u64,
}

/// The edges of a ladder that pays money. Parameters take the value in the text; a step whose value is neither literal nor
/// parameter has no edge here.
pub fn shape(policy: &str, ladder: &Ladder, params: &[Param]) -> LadderShape {
    let value = |expr: &Option<Expr>| expr.as_ref().map_or_else(|| Some(BigRational::zero()), |expr| number(expr, params));
    let mut edges = Vec::new();
    let mut before = (BigRational::zero(), BigRational::zero());
    for step in &ladder.steps {
        let (Some(from), Some(each), Some(flat)) = (number(&step.from, params), value(&step.each), value(&step.flat)) else { continue };
        let jump = match ladder.mode {
            LadderMode::Whole => (&from * &each + &flat) - (&from * &before.0 + &before.1),
            LadderMode::Marginal => flat.clone(),
            LadderMode::Curve => BigRational::zero(),
        };
        before = (each, flat);
        let scale = if ladder.input == Type::Money { 1 } else { 100 };
        if let (Some(at), Some(jump)) = (whole(&(from * BigRational::from_integer(BigInt::from(scale)))), whole(&jump)) {
            edges.push(Edge { at, jump: Fen(if ladder.output == Type::Money { jump } else { 0 }) });
        }
    }
    LadderShape { name: format!("{policy}/{}", ladder.name), title: ladder.title.clone(), money: ladder.input == Type::Money, edges }
}

fn number(expr: &Expr, params: &[Param]) -> Option<BigRational> {
    match expr {
        Expr::Money(fen) => Some(BigRational::from_integer(BigInt::from(*fen))),
        Expr::Number { mantissa, scale } => Some(BigRational::new(BigInt::from(*mantissa), BigInt::from(10).pow(u32::from(*scale)))),
        Expr::Neg(inner) => number(inner, params).map(|value| -value),
        Expr::Param(index) => number(&params.get(*index)?.value, &[]),
        _ => None,
    }
}

/// Half away from zero to a whole number.
fn whole(value: &BigRational) -> Option<i64> {
    let half = BigRational::new(BigInt::from(1), BigInt::from(2));
    let magnitude = (value.abs() + half).floor().to_integer();
    let signed = if value.is_negative() { -magnitude } else { magnitude };
    signed.to_i64()
}

/// Every edge with who stands near it, by ladder, then edge.
pub(super) fn cliffs(ladders: &[LadderShape], points: &[LadderPoint]) -> Vec<Cliff> {
    let mut found = Vec::new();
    for ladder in ladders {
        let mine: Vec<i64> = points.iter().filter(|point| point.ladder == ladder.name).map(|point| point.argument).collect();
        for (index, edge) in ladder.edges.iter().enumerate() {
            let margin = (i128::from(edge.at) * i128::from(NEAR_PER_CENT) / 100).abs();
            let distance = |argument: i64| i128::from(argument) - i128::from(edge.at);
            let next = ladder.edges.get(index + 1).map_or(i64::MAX, |next| next.at);
            let count = |holds: &dyn Fn(i64) -> bool| mine.iter().filter(|argument| holds(**argument)).count() as u64;
            found.push(Cliff {
                ladder: ladder.name.clone(),
                title: ladder.title.clone(),
                money: ladder.money,
                at: edge.at,
                jump: edge.jump,
                below: count(&|argument| (-margin..0).contains(&distance(argument))),
                above: count(&|argument| margin > 0 && (0..=margin).contains(&distance(argument))),
                on: count(&|argument| argument >= edge.at && argument < next),
            });
        }
    }
    found
}
