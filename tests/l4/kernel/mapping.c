/*
 * The mapping tree: who has a page from whom. X.2 manual, sections 4.1 to 4.3 and 5.3.
 *
 * Each mapping has a node; sigma0's are roots and come into being when they are first needed. A
 * page that a mapping loses takes the pages derived from it along.
 *
 * Invariant: a page table entry's rights are at most those of the mapping that it is derived from.
 */
#include "kernel.h"
#include "call.h"

#define LOG2(fpage) ((fpage) >> 4 & 0x3f)
#define BASE(fpage) ((fpage) & ~0x3ffu)
#define USED	    (RIGHT_READ | RIGHT_EXECUTE)

static word mask_of(word log2)
{
	return log2 >= 32 ? 0xffffffffu : ((word)1 << log2) - 1;
}

static word *entry_of(const struct node *n)
{
	return space_entry(n->space, n->address, false);
}

static void link_child(struct node *parent, struct node *n)
{
	n->parent = parent;
	n->next = parent->children;
	n->link = &parent->children;
	if (n->next)
		n->next->link = &n->next;
	parent->children = n;
}

static struct node *place(struct space *s, word address, word entry)
{
	*space_entry(s, address, true) = entry;
	struct node **slot = space_node(s, address);
	*slot = node_new();
	(*slot)->space = s;
	(*slot)->address = address;
	space_changed(s, address);
	return *slot;
}

/* Bits that the processor set since they were cleared, as rights; they are cleared. */
static word take_status(struct node *n)
{
	word *entry = entry_of(n), status = n->status;
	if (*entry & ENTRY_ACCESSED)
		status |= USED;
	if (*entry & ENTRY_DIRTY)
		status |= RIGHT_WRITE;
	n->status = 0;
	*entry &= ~(ENTRY_ACCESSED | ENTRY_DIRTY);
	space_changed(n->space, n->address);
	return status;
}

/* The node and all derived ones go; their status goes to the parent. */
static word remove_node(struct node *n)
{
	word status = 0;
	while (n->children)
		status |= remove_node(n->children);
	status |= take_status(n);
	if (n->parent)
		n->parent->status |= status;
	if (n->link) {
		*n->link = n->next;
		if (n->next)
			n->next->link = n->link;
	}
	*entry_of(n) = 0;
	*space_node(n->space, n->address) = NULL;
	space_changed(n->space, n->address);
	node_free(n);
	return status;
}

/* Takes RIGHTS from a mapping and the derived ones; the status of all of them. */
static word restrict_node(struct node *n, word rights)
{
	word status = 0;
	for (struct node *child = n->children; child; child = child->next)
		status |= restrict_node(child, rights);
	status |= take_status(n);
	if (rights & RIGHT_WRITE)
		*entry_of(n) &= ~ENTRY_WRITABLE;
	return status;
}

static word unmap_page(struct node *n, word rights, bool flush)
{
	word status = 0;
	bool all = rights & RIGHT_READ;
	if (flush && all)
		return remove_node(n);
	for (struct node *child = n->children, *next; child; child = next) {
		next = child->next;
		status |= all ? remove_node(child) : restrict_node(child, rights);
	}
	if (!flush)
		return status;
	status |= take_status(n);
	if (rights & RIGHT_WRITE)
		*entry_of(n) &= ~ENTRY_WRITABLE;
	return status;
}

word unmap(struct space *s, word fpage, bool flush)
{
	word log2 = LOG2(fpage) == 1 ? 32 : LOG2(fpage), rights = fpage & 7, status = 0;
	if (log2 < 12)
		return fpage & ~7u;
	word size = mask_of(log2), start = BASE(fpage) & ~size;
	word end = min_word(start + size, KERNEL_BASE - 1);
	for (word address = start; address < end; address += PAGE_SIZE) {
		if (!s->nodes[address >> 22]) {
			address |= 0x3ff000;
			continue;
		}
		struct node *n = *space_node(s, address);
		if (n)
			status |= unmap_page(n, rights, flush);
	}
	return (fpage & ~7u) | status;
}

void map_sigma0(word address)
{
	address &= -PAGE_SIZE;
	struct node **slot = space_node(sigma0_space, address);
	if (!slot || !*slot)
		place(sigma0_space, address, address | ENTRY_PRESENT | ENTRY_WRITABLE | ENTRY_USER);
}

static struct node *sender_page(struct space *s, word address)
{
	if (s == sigma0_space)
		map_sigma0(address);
	struct node **slot = space_node(s, address);
	return slot ? *slot : NULL;
}

static void map_page(struct space *from, word source, struct space *to, word target, word rights)
{
	struct node *parent = sender_page(from, source);
	if (!parent)
		return;
	word allowed = *entry_of(parent);
	word entry = (allowed & -PAGE_SIZE) | ENTRY_PRESENT | ENTRY_USER;
	if (rights & RIGHT_WRITE)
		entry |= allowed & ENTRY_WRITABLE;
	word *there = space_entry(to, target, true);
	struct node **slot = space_node(to, target);
	if (*slot == parent || (*there && !*slot))
		return;
	if (*slot && (*slot)->parent == parent) {
		*there |= entry;
		space_changed(to, target);
		return;
	}
	if (*slot)
		remove_node(*slot);
	link_child(parent, place(to, target, entry));
}

void map_item(struct tcb *from, word base, word fpage, struct tcb *to, word window)
{
	word rights = fpage & 7;
	word send = LOG2(fpage), receive = LOG2(window) == 1 ? 32 : LOG2(window);
	if (send == 1)
		send = 32;
	if (send < 12 || receive < 12 || !rights)
		return;
	word size = min_word(send, receive), pages = (mask_of(size) >> 12) + 1;
	word source = BASE(fpage) & ~mask_of(send),
	     target = receive == 32 ? 0 : BASE(window) & ~mask_of(receive);
	if (receive >= send)
		target |= base & mask_of(receive) & ~mask_of(send);
	else
		source |= base & mask_of(send) & ~mask_of(receive);
	if (!pages) /* of 2^32 bytes */
		pages = 1u << 20;
	for (word i = 0; i < pages; i++) {
		word s = source + i * PAGE_SIZE, t = target + i * PAGE_SIZE;
		if (s >= KERNEL_BASE || t >= KERNEL_BASE)
			break;
		map_page(from->space, s, to->space, t, rights);
	}
}
