//! `qudao policy`: check, format and explain policy texts.

use crate::inputs::{checked, refused, sources};
use crate::say::{self, Say};
use qudao_kernel::{Lang, Refusal};
use qudao_policy::{compile, explain, format, render};
use std::path::PathBuf;

/// Actions.
#[derive(clap::Subcommand)]
pub(crate) enum Action {
    /// 检查：错误、示例、提示 Errors, examples and warnings
    Check {
        /// 文件或文件夹 Files or folders
        #[arg(required = true)]
        files: Vec<PathBuf>,
    },
    /// 排版，关键字按 --lang 的语言 Standard layout, with the keywords of --lang
    Fmt {
        /// 文件或文件夹 Files or folders
        #[arg(required = true)]
        files: Vec<PathBuf>,
        /// 写回文件 Write the files; otherwise the text is printed
        #[arg(long)]
        write: bool,
    },
    /// 用白话说明 In plain words
    Explain {
        /// 文件或文件夹 Files or folders
        #[arg(required = true)]
        files: Vec<PathBuf>,
    },
}

/// The command.
pub(crate) fn command(say: &Say, action: Action) -> Result<(), Refusal> {
    match action {
        Action::Check { files } => check(say, &files),
        Action::Fmt { files, write } => layout(say, &files, write),
        Action::Explain { files } => tell(say, &files),
    }
}

fn check(say: &Say, files: &[PathBuf]) -> Result<(), Refusal> {
    let sources = sources(files)?;
    let set = checked(say, &sources, true).ok_or_else(|| refused(&files[0]))?;
    for policy in &set.policies {
        let (name, version, components, examples) = (&policy.name, policy.version, policy.components.len(), policy.examples.len());
        match say.lang {
            Lang::Zh => println!("{name} v{version}：{components} 个组件，{examples} 个示例，全部通过"),
            Lang::En => println!("{name} v{version}: {components} components, {examples} examples, all right"),
        }
    }
    Ok(())
}

fn layout(say: &Say, files: &[PathBuf], write: bool) -> Result<(), Refusal> {
    for source in sources(files)? {
        let text = format(&source.text, say.lang).map_err(|diagnostics| {
            eprint!("{}", render(&diagnostics, std::slice::from_ref(&source), say.lang, false));
            refused(source.name.as_ref())
        })?;
        if !write {
            print!("{text}");
        } else if text != source.text {
            say::write(source.name.as_ref(), &text)?;
            println!("{}", source.name);
        }
    }
    Ok(())
}

fn tell(say: &Say, files: &[PathBuf]) -> Result<(), Refusal> {
    let sources = sources(files)?;
    let compiled = compile(&sources);
    let set = compiled.set.ok_or_else(|| {
        eprint!("{}", render(&compiled.diagnostics, &sources, say.lang, false));
        refused(&files[0])
    })?;
    for policy in &set.policies {
        println!("{}", explain(policy, say.lang));
    }
    Ok(())
}
