// Text of both platforms made into nodes. Data only ever becomes text nodes; markup is made here, never read.

export function el(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === false || value === null || value === undefined) continue;
    if (name.startsWith('on')) node.addEventListener(name.slice(2), value);
    else node.setAttribute(name, value === true ? '' : value);
  }
  node.append(...children.filter((child) => child !== null && child !== undefined && child !== ''));
  return node;
}

function link(url, ...children) {
  return el('a', { href: url, target: '_blank', rel: 'noopener noreferrer' }, ...children);
}

// Discord's own markup, as its client reads it: what is not closed is plain text.
const PAIRS = [['**', 'strong'], ['__', 'u'], ['~~', 's'], ['||', 'span'], ['*', 'em'], ['_', 'em']];

export function discord(text) {
  const nodes = [];
  let plain = '';
  const flush = () => { if (plain) nodes.push(document.createTextNode(plain)); plain = ''; };
  for (let at = 0; at < text.length;) {
    const rest = text.slice(at);
    if (rest[0] === '\\' && rest.length > 1 && /[^A-Za-z0-9\s]/.test(rest[1])) { plain += rest[1]; at += 2; continue; }
    if (rest[0] === '`') {
      const end = rest.indexOf('`', 1);
      if (end > 1) { flush(); nodes.push(el('code', {}, rest.slice(1, end))); at += end + 1; continue; }
    }
    const url = rest.match(/^https?:\/\/[^\s<>]+[^\s<>.,:;!?)'"]/);
    if (url) { flush(); nodes.push(link(url[0], url[0])); at += url[0].length; continue; }
    const pair = PAIRS.find(([mark]) => rest.startsWith(mark));
    const end = pair ? closing(rest, pair[0]) : -1;
    if (end > 0) {
      flush();
      nodes.push(el(pair[1], {}, ...discord(rest.slice(pair[0].length, end))));
      at += end + pair[0].length;
      continue;
    }
    plain += rest[0];
    at += 1;
  }
  flush();
  return nodes;
}

function closing(text, mark) {
  for (let at = mark.length; at < text.length; at += 1) {
    if (text[at] === '\\') { at += 1; continue; }
    if (text.startsWith(mark, at)) return at > mark.length ? at : -1;
  }
  return -1;
}

// Telegram's entities: offsets in UTF-16 units, which is how this language counts too. They nest and do not cross.
const TAGS = {
  bold: 'b', italic: 'i', underline: 'u', strikethrough: 's', code: 'code', pre: 'pre',
  blockquote: 'blockquote', expandable_blockquote: 'blockquote', spoiler: 'span',
};

export function telegram(text, marks, onCommand) {
  const build = (from, to, inside) => {
    const nodes = [];
    let at = from;
    for (let n = 0; n < inside.length; n += 1) {
      const mark = inside[n];
      const end = mark.from + mark.length;
      if (mark.from < at || end > to) continue;
      if (mark.from > at) nodes.push(document.createTextNode(text.slice(at, mark.from)));
      const within = inside.slice(n + 1).filter((other) => other.from >= mark.from && other.from + other.length <= end);
      nodes.push(marked(mark, build(mark.from, end, within), text.slice(mark.from, end), onCommand));
      at = end;
    }
    if (at < to) nodes.push(document.createTextNode(text.slice(at, to)));
    return nodes;
  };
  return build(0, text.length, marks);
}

function marked(mark, children, words, onCommand) {
  if (mark.kind === 'text_link' && mark.url) return link(mark.url, ...children);
  if (mark.kind === 'url' && /^https?:/i.test(words)) return link(words, ...children);
  if (mark.kind === 'bot_command') {
    return el('button', { type: 'button', class: 'command', onclick: () => onCommand(words) }, ...children);
  }
  if (mark.kind === 'mention' || mark.kind === 'hashtag') return el('span', { class: 'link' }, ...children);
  return el(TAGS[mark.kind] || 'span', {}, ...children);
}

export function initials(name) {
  return name.split(/\s+/).filter(Boolean).slice(0, 2).map((word) => word[0].toUpperCase()).join('');
}
