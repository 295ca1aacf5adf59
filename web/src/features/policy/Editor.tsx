// The text of a policy in CodeMirror: coloured words, completion in both languages, messages where they belong. Loaded with the draft's page alone.
import { autocompletion, completionKeymap, type CompletionContext } from '@codemirror/autocomplete';
import { defaultKeymap, history, historyKeymap, indentWithTab } from '@codemirror/commands';
import { bracketMatching, HighlightStyle, StreamLanguage, syntaxHighlighting } from '@codemirror/language';
import { lintGutter, setDiagnostics } from '@codemirror/lint';
import { EditorState } from '@codemirror/state';
import { EditorView, highlightActiveLine, keymap, lineNumbers } from '@codemirror/view';
import { tags } from '@lezer/highlight';
import { useEffect, useEffectEvent, useImperativeHandle, useRef, type Ref } from 'react';
import type { Schema } from '@/api/client';
import type { Check } from './labels';

export type Word = Schema<'WordView'>;

/** What the page can ask of the editor. */
export interface EditorHandle {
  text: () => string;
  replace: (text: string) => void;
  go: (start: number, end: number) => void;
}

interface Props {
  initial: string;
  words: Word[];
  check?: Check;
  label: string;
  readOnly: boolean;
  onChange: (text: string) => void;
  ref: Ref<EditorHandle>;
}

const look = HighlightStyle.define([
  { tag: tags.keyword, color: 'var(--q-brand)', fontWeight: '600' },
  { tag: tags.string, color: 'var(--q-fall)' },
  { tag: tags.number, color: 'var(--q-warn)' },
  { tag: tags.comment, color: 'var(--q-muted)' },
]);

/** Words of the language are coloured as a whole, so that a name that begins like one is not. */
export function policyLanguage(words: Pick<Word, 'kind' | 'zh' | 'en'>[]) {
  const known = new Set(words.filter((word) => word.kind === 'keyword').flatMap((word) => [word.zh, ...word.en.split(' ')]));
  return StreamLanguage.define<null>({
    startState: () => null,
    token(stream) {
      if (stream.eatSpace()) return null;
      if (stream.match(/^#.*/)) return 'comment';
      if (stream.match(/^"[^"]*"?/) || stream.match(/^\u201c[^\u201d]*\u201d?/)) return 'string';
      if (stream.match(/^\u00a5?\d[\d,_.-]*[%\u5143]?/)) return 'number';
      const found = stream.match(/^[\p{L}_][\p{L}\p{N}_-]*/u) as RegExpMatchArray | null;
      if (found) return known.has(found[0]) ? 'keyword' : null;
      stream.next();
      return null;
    },
  });
}

const complete = (words: Word[]) => (context: CompletionContext) => {
  const typed = context.matchBefore(/[\p{L}_.][\p{L}\p{N}_.-]*/u);
  if (!typed && !context.explicit) return null;
  const isEnglish = /^[a-z_.]+$/i.test(typed?.text ?? '');
  const own = [...new Set(context.state.doc.toString().match(/[a-z_][a-z0-9_]{2,}/gi) ?? [])].filter((name) => name !== typed?.text);
  const options = words.flatMap((word) => {
    const option = { label: word.zh, detail: word.about, info: word.en, type: word.kind === 'keyword' ? 'keyword' : 'property' };
    return isEnglish && word.zh !== word.en ? [{ ...option, label: word.en, apply: word.zh, info: word.zh }, option] : [option];
  });
  return { from: typed?.from ?? context.pos, options: [...options, ...own.map((label) => ({ label, type: 'variable' }))] };
};

const frame = EditorView.theme({
  '&': { height: '100%', fontSize: '13px', background: 'var(--q-card)', color: 'var(--q-text)' },
  '.cm-scroller': { fontFamily: "ui-monospace, 'Cascadia Mono', 'Noto Sans Mono CJK SC', monospace", lineHeight: '1.6' },
  '.cm-gutters': { background: 'var(--q-layout)', color: 'var(--q-muted)', borderRight: '1px solid var(--q-line)' },
  '.cm-activeLine, .cm-activeLineGutter': { background: 'var(--q-brand-bg)' },
  '.cm-content': { caretColor: 'var(--q-text)' },
  '.cm-cursor': { borderLeftColor: 'var(--q-text)' },
  '.cm-tooltip': { background: 'var(--q-card)', color: 'var(--q-text)', border: '1px solid var(--q-line)' },
});

export default function Editor({ initial, words, check, label, readOnly, onChange, ref }: Props) {
  const place = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView>(null);
  const changed = useEffectEvent(onChange);
  useEffect(() => {
    const made = new EditorView({
      parent: place.current!,
      state: EditorState.create({
        doc: initial,
        extensions: [
          lineNumbers(),
          history(),
          bracketMatching(),
          highlightActiveLine(),
          policyLanguage(words),
          syntaxHighlighting(look),
          autocompletion({ override: [complete(words)] }),
          lintGutter(),
          keymap.of([...completionKeymap, ...defaultKeymap, ...historyKeymap, indentWithTab]),
          EditorView.lineWrapping,
          EditorState.readOnly.of(readOnly),
          EditorView.contentAttributes.of({ 'aria-label': label, spellcheck: 'false', tabindex: '0' }),
          EditorView.updateListener.of((update) => update.docChanged && changed(update.state.doc.toString())),
          frame,
        ],
      }),
    });
    view.current = made;
    return () => made.destroy();
    // The text is the editor's own from here on; other words or rights make another editor.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [words, readOnly, label]);
  useEffect(() => {
    const editor = view.current;
    if (!editor || !check) return;
    const length = editor.state.doc.length;
    const found = check.diagnostics.map((item) => ({
      from: Math.min(item.start, length),
      to: Math.min(Math.max(item.end, item.start), length),
      severity: item.severity === 'error' ? ('error' as const) : ('warning' as const),
      message: item.help ? `${item.message}\n${item.help}` : item.message,
    }));
    editor.dispatch(setDiagnostics(editor.state, found));
  }, [check, words, readOnly, label]);
  useImperativeHandle(ref, () => ({
    text: () => view.current?.state.doc.toString() ?? initial,
    replace: (text) => view.current?.dispatch({ changes: { from: 0, to: view.current.state.doc.length, insert: text } }),
    go: (start, end) => {
      const editor = view.current;
      if (!editor) return;
      const length = editor.state.doc.length;
      editor.dispatch({ selection: { anchor: Math.min(start, length), head: Math.min(end, length) }, scrollIntoView: true });
      editor.focus();
    },
  }));
  return <div ref={place} className="policy-editor" />;
}
