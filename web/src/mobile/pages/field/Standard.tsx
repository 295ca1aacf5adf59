import { useEffect, useState } from 'react';
import { useT } from '@/i18n';
import { standardPicture } from './kept';

interface Props {
  owner: string;
  sha256: string;
  item: string;
  note: string;
}

/** The picture an item is compared with, from the phone where it was taken along; nothing while it is not there. */
export function Standard({ owner, sha256, item, note }: Props) {
  const t = useT('phoneField');
  const [address, setAddress] = useState<string>();
  useEffect(() => {
    let made: string | undefined;
    let gone = false;
    void standardPicture(owner, sha256).then(
      (picture) => {
        if (gone) return;
        made = URL.createObjectURL(picture);
        setAddress(made);
      },
      () => setAddress(undefined),
    );
    return () => {
      gone = true;
      if (made) URL.revokeObjectURL(made);
    };
  }, [owner, sha256]);
  if (address === undefined) return null;
  return (
    <figure style={{ margin: 0 }}>
      <img src={address} alt={t('item.standard', { item })} style={{ maxWidth: '60%', maxHeight: 160, borderRadius: 6 }} />
      {note && <figcaption className="m-muted">{note}</figcaption>}
    </figure>
  );
}
