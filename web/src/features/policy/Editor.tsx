// The text of a policy: words of both languages coloured and completed.
import type { CompletionContext } from '@codemirror/autocomplete';
import { StreamLanguage } from '@codemirror/language';
import { useMemo, type Ref } from 'react';
import type { Schema } from '@/api/client';
import { CodeEditor, type EditorHandle, type Mark } from '@/shared/code/CodeEditor';
import type { Check } from './labels';

export type Word = Schema<'WordView'>;

interface Props {
  initial: string;
  words: Word[];
  check?: Check;
  label: string;
  readOnly: boolean;
  onChange: (text: string) => void;
  ref: Ref<EditorHandle>;
}

/** Words of the language are coloured as a whole, so that a name that begins like one is not. */
function policyLanguage(words: Pick<Word, 'kind' | 'zh' | 'en'>[]) {
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

const marksOf = (check: Check | undefined): Mark[] =>
  (check?.diagnostics ?? []).map((item) => ({
    start: item.start,
    end: item.end,
    severity: item.severity === 'error' ? 'error' : 'warning',
    message: item.help ? `${item.message}\n${item.help}` : item.message,
  }));

export default function Editor({ words, check, ...rest }: Props) {
  const language = useMemo(() => policyLanguage(words), [words]);
  const completion = useMemo(() => complete(words), [words]);
  const marks = useMemo(() => marksOf(check), [check]);
  return <CodeEditor {...rest} language={language} completion={completion} marks={marks} />;
}
