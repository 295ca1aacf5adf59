import { useId, type ReactNode } from 'react';

/** A titled part of a page. `width` in twelfths of a `.grid`. */
export function Block({ title, extra, width, children }: { title: string; extra?: ReactNode; width?: 3 | 4 | 6 | 8; children: ReactNode }) {
  const id = useId();
  return (
    <section className={width ? `block w${width}` : 'block'} aria-labelledby={id}>
      <div className="block-head">
        <h2 id={id}>{title}</h2>
        {extra && <div className="extra">{extra}</div>}
      </div>
      <div className="body">{children}</div>
    </section>
  );
}
