// The text of a flow: heads, keys and texts coloured, words of the house completed.
import type { CompletionContext } from '@codemirror/autocomplete';
import { StreamLanguage } from '@codemirror/language';
import { useMemo, type Ref } from 'react';
import { CodeEditor, type EditorHandle, type Mark } from '@/shared/code/CodeEditor';
import type { Check, Words } from './labels';

interface Props {
  initial: string;
  words: Words | undefined;
  check: Check;
  label: string;
  readOnly: boolean;
  onChange: (text: string) => void;
  ref: Ref<EditorHandle>;
}

const toml = StreamLanguage.define<null>({
  startState: () => null,
  token(stream) {
    if (stream.eatSpace()) return null;
    if (stream.match(/^#.*/)) return 'comment';
    if (stream.sol() && stream.match(/^\[{1,2}[\w.]+\]{1,2}/)) return 'keyword';
    if (stream.match(/^"(?:[^"\\]|\\.)*"?/) || stream.match(/^'[^']*'?/)) return 'string';
    if (stream.match(/^-?\d[\d_-]*/) || stream.match(/^(?:true|false)\b/)) return 'number';
    if (stream.match(/^\w+(?=\s*=)/)) return 'keyword';
    stream.next();
    return null;
  },
});

const complete = (words: Words | undefined) => (context: CompletionContext) => {
  const typed = context.matchBefore(/[a-z_]+/i);
  if (!typed && !context.explicit) return null;
  const own = [...new Set(context.state.doc.toString().match(/[a-z_][a-z0-9_]{2,}/gi) ?? [])].filter((name) => name !== typed?.text);
  const roles = (words?.roles ?? []).map((role) => ({ label: role.id, detail: role.title, type: 'property' }));
  const effects = (words?.effects ?? []).map((effect) => ({ label: effect.kind, type: 'property' }));
  return { from: typed?.from ?? context.pos, options: [...roles, ...effects, ...own.map((label) => ({ label, type: 'variable' }))] };
};

export default function Editor({ words, check, ...rest }: Props) {
  const completion = useMemo(() => complete(words), [words]);
  const marks = useMemo(
    (): Mark[] => check.findings.map(({ start, end, message }) => ({ start, end, message, severity: 'error' })),
    [check],
  );
  return <CodeEditor {...rest} language={toml} completion={completion} marks={marks} />;
}
