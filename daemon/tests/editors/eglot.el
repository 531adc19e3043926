;;; eglot.el --- Emacs as a client nobody here wrote: attach, hover, code action  -*- lexical-binding: t -*-
;;;
;;;     emacs -Q --batch -l eglot.el FILE NAME SERVER...
;;;
;;; Opens FILE, hovers over NAME and asks for code actions there; prints what eglot got. SERVER is the command of the server.

(require 'package)
;; `-Q' leaves out what Debian's packages add, and eglot is one of them until Emacs 29.
(add-to-list 'package-directory-list "/usr/share/emacs/site-lisp/elpa")
(package-initialize)
(require 'eglot)

(defvar patience 60 "Seconds after which a condition has failed.")

(defun until (what holds)
  "Wait until HOLDS gives a value; fail with WHAT."
  (let ((end (+ (float-time) patience)) value)
    (while (not (setq value (funcall holds)))
      (when (> (float-time) end) (error "Waited in vain: %s" what))
      (accept-process-output nil 0.05))
    value))

(let* ((file (pop command-line-args-left))
       (name (pop command-line-args-left))
       (server command-line-args-left)
       (eglot-sync-connect patience)
       (eglot-autoshutdown nil))
  (setq command-line-args-left nil)
  (add-to-list 'eglot-server-programs (cons 'python-mode server))
  (find-file file)
  (python-mode)
  (apply #'eglot--connect (eglot--guess-contact))
  (let ((connection (until "the server to attach" #'eglot-current-server)))
    (goto-char (point-min))
    (search-forward (concat "def " name))
    (backward-char)
    (princ (format "HOVER %S\n"
                   (until "a hover that knows the calls"
                          (lambda ()
                            (let ((hover (jsonrpc-request connection :textDocument/hover (eglot--TextDocumentPositionParams))))
                              (and hover (string-match-p "call" (format "%s" hover)) hover))))))
    (let ((place (eglot--pos-to-lsp-position)))
      (princ (format "ACTIONS %S\n"
                     (jsonrpc-request connection :textDocument/codeAction
                                      (list :textDocument (eglot--TextDocumentIdentifier)
                                            :range (list :start place :end place)
                                            :context '(:diagnostics []))))))
    (eglot-shutdown connection)))
