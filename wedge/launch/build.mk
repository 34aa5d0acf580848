# The launcher: the hosted program that puts a packed i386 kernel and its wedge into a process.
LAUNCH := $(O)/libexec/afterburner/launch
LAUNCH_OBJS := $(patsubst $(SRC)/%.c,$(O)/obj/%.o,$(wildcard $(SRC)/wedge/launch/*.c \
	$(SRC)/wedge/launch/*/*.c) $(WEDGE_VIRTIO_SERVER) $(WEDGE_VIRTIO_LAUNCHER))

# Position independent: a program at a fixed address would lie in the guest's 4 GiB.
$(LAUNCH_OBJS): HOSTED_CFLAGS += -I$(SRC)/wedge/include -fPIE

$(LAUNCH): $(LAUNCH_OBJS)
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) -pthread -pie -o $@ $(sort $^)

ALL += $(LAUNCH)

.PHONY: install-launch
install: install-launch
install-launch: $(LAUNCH)
	install -d "$(INSTALLED)/libexec/afterburner"
	install $(LAUNCH) "$(INSTALLED)/libexec/afterburner/"
