//! The order in which components are computed.

use super::component::Checked;
use super::names::Names;
use crate::diagnostics::Sink;

/// Each component after those it needs, otherwise in text order. A circle is reported.
pub(super) fn order(list: &[Checked], names: &Names, sink: &mut Sink) -> Vec<usize> {
    let mut out: Vec<usize> = Vec::new();
    let mut done = vec![false; list.len()];
    while let Some(next) = (0..list.len()).find(|index| !done[*index] && list[*index].needs.iter().all(|(need, _)| done[*need])) {
        done[next] = true;
        out.push(next);
    }
    if let Some(start) = done.iter().position(|done| !done) {
        circle(start, list, &done, names, sink);
    }
    out
}

/// Walks from a component that could not be ordered until it meets itself again, and reports that circle.
fn circle(start: usize, list: &[Checked], done: &[bool], names: &Names, sink: &mut Sink) {
    let mut path: Vec<(usize, crate::diagnostics::Span)> = Vec::new();
    let mut at = start;
    loop {
        if let Some(begin) = path.iter().position(|(index, _)| *index == at) {
            path.drain(..begin);
            break;
        }
        let Some((need, span)) = list[at].needs.iter().find(|(need, _)| !done[*need]) else { return };
        path.push((at, *span));
        at = *need;
    }
    let shown =
        path.iter().map(|(index, _)| list[*index].name.as_str()).chain([list[path[0].0].name.as_str()]).collect::<Vec<_>>().join(" → ");
    let d = sink.error(
        "policy.reference.circle",
        list[path[0].0].span,
        format!("酬金项互相引用成了圈:{shown}"),
        format!("components depend on each other in a circle: {shown}"),
    );
    for (index, span) in &path {
        d.label(*span, format!("{} 从这里引用", names.components[*index].0), format!("{} refers from here", names.components[*index].0));
    }
    d.help(
        "请去掉其中一处引用,或改读以前月份的合计(如 前推月 3 至 1)",
        "remove one of the references, or read a total over earlier months (months 3 to 1)",
    );
}
