// A text in CodeMirror: coloured words, completion, messages where they belong. Loaded with the page that shows it alone.
import { autocompletion, completionKeymap, type CompletionSource } from '@codemirror/autocomplete';
import { defaultKeymap, history, historyKeymap, indentWithTab } from '@codemirror/commands';
import { bracketMatching, HighlightStyle, syntaxHighlighting } from '@codemirror/language';
import { lintGutter, setDiagnostics } from '@codemirror/lint';
import { EditorState, type Extension } from '@codemirror/state';
import { EditorView, highlightActiveLine, keymap, lineNumbers } from '@codemirror/view';
import { tags } from '@lezer/highlight';
import { useEffect, useEffectEvent, useImperativeHandle, useRef, type Ref } from 'react';

/** What the page can ask of the editor. */
export interface EditorHandle {
  text: () => string;
  replace: (text: string) => void;
  go: (start: number, end: number) => void;
}

/** A message about a part of the text. */
export interface Mark {
  start: number;
  end: number;
  severity: 'error' | 'warning';
  message: string;
}

interface Props {
  initial: string;
  /** Another language makes another editor, so keep it. */
  language: Extension;
  /** The same holds for what is completed. */
  completion: CompletionSource;
  marks: readonly Mark[];
  label: string;
  readOnly: boolean;
  onChange: (text: string) => void;
  ref?: Ref<EditorHandle>;
}

const look = HighlightStyle.define([
  { tag: tags.keyword, color: 'var(--q-brand)', fontWeight: '600' },
  { tag: tags.string, color: 'var(--q-fall)' },
  { tag: tags.number, color: 'var(--q-warn)' },
  { tag: tags.comment, color: 'var(--q-muted)' },
]);

const frame = EditorView.theme({
  '&': { height: '100%', fontSize: '13px', background: 'var(--q-card)', color: 'var(--q-text)' },
  '.cm-scroller': { fontFamily: "ui-monospace, 'Cascadia Mono', 'Noto Sans Mono CJK SC', monospace", lineHeight: '1.6' },
  '.cm-gutters': { background: 'var(--q-layout)', color: 'var(--q-muted)', borderRight: '1px solid var(--q-line)' },
  '.cm-activeLine, .cm-activeLineGutter': { background: 'var(--q-brand-bg)' },
  '.cm-content': { caretColor: 'var(--q-text)' },
  '.cm-cursor': { borderLeftColor: 'var(--q-text)' },
  '.cm-tooltip': { background: 'var(--q-card)', color: 'var(--q-text)', border: '1px solid var(--q-line)' },
});

export function CodeEditor({ initial, language, completion, marks, label, readOnly, onChange, ref }: Props) {
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
          language,
          syntaxHighlighting(look),
          autocompletion({ override: [completion] }),
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
  }, [language, completion, readOnly, label]);
  useEffect(() => {
    const editor = view.current;
    if (!editor) return;
    const length = editor.state.doc.length;
    const found = marks.map((mark) => ({
      from: Math.min(mark.start, length),
      to: Math.min(Math.max(mark.end, mark.start), length),
      severity: mark.severity,
      message: mark.message,
    }));
    editor.dispatch(setDiagnostics(editor.state, found));
  }, [marks, language, completion, readOnly, label]);
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
  return <div ref={place} className="code-editor" />;
}
