# What the launcher's tests need as programs: a terminal, and a host that lacks something.
LAUNCH_TOOLS := $(addprefix $(O)/tests/launch/,pty deny)
$(LAUNCH_TOOLS): $(O)/tests/launch/%: $(O)/obj/tests/launch/%.o
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) -o $@ $< -lutil

check unit check-only: $(LAUNCH_TOOLS)

# Images of disks, by themselves.
IMAGE_TEST_OBJS := $(patsubst %,$(O)/tests/launch/obj/%.o,tests/launch/image_test \
	$(addprefix wedge/launch/,elements image image_format image_io image_lock image_server nbd overlay program say \
	server_socket socket_io))
$(O)/tests/launch/obj/%.o: $(SRC)/%.c
	@mkdir -p $(@D)
	@echo "  CC      $(patsubst $(SRC)/%,%,$<) (test)"
	@$(CC) $(HOSTED_CFLAGS) -I$(SRC)/wedge/include $(DEV_TEST_SAN) -c $< -o $@

$(O)/tests/launch/image.t: $(IMAGE_TEST_OBJS)
	@echo "  LD      $(patsubst $(O)/%,%,$@)"
	@$(CC) $(DEV_TEST_SAN) $^ -lcmocka -o $@

# vhost-user beside servers of all kinds.
$(O)/tests/launch/vhost_user.t: $(O)/tests/launch/obj/tests/launch/vhost_user_test.o \
		$(patsubst %,$(O)/tests/launch/obj/wedge/launch/%.o,say socket_io vhost_user)
	@echo "  LD      $(patsubst $(O)/%,%,$@)"
	@$(CC) $(DEV_TEST_SAN) $^ -lcmocka -pthread -o $@

# Images of other formats: the protocol beside servers of all kinds.
$(O)/tests/launch/nbd.t: $(O)/tests/launch/obj/tests/launch/nbd_test.o \
		$(patsubst %,$(O)/tests/launch/obj/wedge/launch/%.o,elements nbd say socket_io)
	@echo "  LD      $(patsubst $(O)/%,%,$@)"
	@$(CC) $(DEV_TEST_SAN) $^ -lcmocka -pthread -o $@

TESTS += $(O)/tests/launch/image.t $(O)/tests/launch/nbd.t $(O)/tests/launch/vhost_user.t
