# The ELF library: readers shared by the commands; objects, not an archive.
ELF_OBJS := $(patsubst $(SRC)/%.c,$(O)/obj/%.o,$(wildcard $(SRC)/afterburner/elf/*.c))
ELF_LIBS := -lz -llzma -lzstd -llz4

$(O)/obj/afterburner/elf/%.o $(O)/obj/afterburner/tools/%.o: HOSTED_CFLAGS += -I$(SRC)/afterburner
