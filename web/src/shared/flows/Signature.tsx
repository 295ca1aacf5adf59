import { useEffect, useRef, useState, type PointerEvent } from 'react';

interface Props {
  label: string;
  help: string;
  /** The button that begins anew. */
  clear: string;
  /** A PNG in base64; nothing while it is empty. */
  onChange: (picture: string | undefined) => void;
}

const WIDTH = 800;
const HEIGHT = 300;

/** A place to sign by hand, with a finger, a pen or a mouse. The same on the console and on the phone. */
export function Signature({ label, help, clear, onChange }: Props) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const drawing = useRef(false);
  const [signed, setSigned] = useState(false);
  const wipe = () => {
    const pen = canvas.current?.getContext('2d');
    if (!pen) return;
    // White paper and black ink in either mode: it is printed later.
    pen.fillStyle = '#fff';
    pen.fillRect(0, 0, WIDTH, HEIGHT);
    pen.strokeStyle = '#000';
    pen.lineWidth = 5;
    pen.lineCap = 'round';
    pen.lineJoin = 'round';
  };
  useEffect(wipe, []);
  const at = (event: PointerEvent<HTMLCanvasElement>): [number, number] => {
    const box = event.currentTarget.getBoundingClientRect();
    return [((event.clientX - box.left) / box.width) * WIDTH, ((event.clientY - box.top) / box.height) * HEIGHT];
  };
  const begin = (event: PointerEvent<HTMLCanvasElement>) => {
    event.currentTarget.setPointerCapture(event.pointerId);
    drawing.current = true;
    const pen = canvas.current?.getContext('2d');
    pen?.beginPath();
    pen?.moveTo(...at(event));
  };
  const draw = (event: PointerEvent<HTMLCanvasElement>) => {
    if (!drawing.current) return;
    const pen = canvas.current?.getContext('2d');
    pen?.lineTo(...at(event));
    pen?.stroke();
  };
  const end = () => {
    if (!drawing.current) return;
    drawing.current = false;
    setSigned(true);
    onChange(canvas.current?.toDataURL('image/png').split(',')[1]);
  };
  return (
    <div role="group" aria-label={label} style={{ display: 'grid', gap: 4 }}>
      <span aria-hidden="true">{label}</span>
      <canvas
        ref={canvas}
        width={WIDTH}
        height={HEIGHT}
        role="img"
        aria-label={help}
        onPointerDown={begin}
        onPointerMove={draw}
        onPointerUp={end}
        onPointerCancel={end}
        style={{ width: '100%', border: '1px solid var(--q-line)', borderRadius: 6, background: '#fff', touchAction: 'none' }}
      />
      <small style={{ color: 'var(--q-muted)' }}>{help}</small>
      <div>
        <button
          type="button"
          className="link m-btn"
          disabled={!signed}
          onClick={() => {
            wipe();
            setSigned(false);
            onChange(undefined);
          }}
        >
          {clear}
        </button>
      </div>
    </div>
  );
}
