#include "entry.h"

#include "hash.h"

verify_entry verify_entry_of(const verify_function *f, const char *build, const verify_file *file)
{
    verify_entry entry = {.function = f, .build = build};
    verify_name(entry.name, f);
    entry.table = verify_table(f, build, &entry.reason);
    entry.expected = file != NULL ? verify_find_line(file, entry.name) : NULL;
    if (file != NULL && entry.expected == NULL && f->math == VACT_MATH_SLEEF && verify_has_other_sleef(file, f))
        entry.table = NULL, entry.reason = "other SLEEF";
    return entry;
}

void verify_entry_run(verify_entry *entry, unsigned part, verify_scratch *scratch)
{
    entry->sums[part] = entry->function->part(entry->function, entry->table, part, scratch);
}

void verify_entry_close(verify_entry *entry)
{
    entry->found = (verify_line){.name = entry->name};
    for (unsigned part = 0; part < VERIFY_PARTS; part++) {
        entry->found.hash = verify_join(entry->found.hash, entry->sums[part]);
        entry->found.words[part] = verify_word(entry->sums[part]);
    }
}

verify_status verify_entry_status(const verify_entry *entry)
{
    if (entry->table == NULL)
        return VERIFY_SKIPPED;
    if (entry->expected == NULL)
        return VERIFY_UNLISTED;
    unsigned count = 0;
    return verify_first_difference(entry, &count) == VERIFY_PARTS && entry->found.hash == entry->expected->hash
               ? VERIFY_SAME
               : VERIFY_DIFFERS;
}

unsigned verify_first_difference(const verify_entry *entry, unsigned *count)
{
    unsigned first = VERIFY_PARTS;
    *count = 0;
    for (unsigned part = VERIFY_PARTS; part-- > 0;)
        if (entry->found.words[part] != entry->expected->words[part])
            first = part, ++*count;
    return first;
}
