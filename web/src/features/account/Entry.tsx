// One entry of a list. The design system's own makes every title a heading, out of the page's order of headings.
import { Typography } from 'antd';
import type { ReactNode } from 'react';

export function Entry({ title, description }: { title: ReactNode; description: ReactNode }) {
  return (
    <div>
      <div>{title}</div>
      <Typography.Text type="secondary">{description}</Typography.Text>
    </div>
  );
}
