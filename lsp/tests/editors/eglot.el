;;; Emacs with eglot: attach, hover, code action.
;;;
;;;     emacs -Q --batch -l eglot.el SERVER...
;;;
;;; SERVER is the command of a language server on standard input and output. -*- lexical-binding: t -*-

;; Debian's packages; Emacs 29 and later have eglot inside.
(require 'package)
(add-to-list 'package-directory-list "/usr/share/emacs/site-lisp/elpa")
(package-initialize)
(require 'eglot)

(defvar patience 60)

(defun until (what holds)
  "Wait until HOLDS gives a value; fail with WHAT."
  (let ((end (+ (float-time) patience)) value)
    (while (not (setq value (funcall holds)))
      (when (> (float-time) end) (error "waited in vain: %s" what))
      (accept-process-output nil 0.05))
    value))

(let* ((server command-line-args-left)
       (folder (make-temp-file "shop" t))
       (file (expand-file-name "main.py" folder))
       (eglot-sync-connect patience)
       (eglot-autoshutdown nil))
  (setq command-line-args-left nil)
  (with-temp-file file
    (insert "# TODO: rounding\ndef total(prices):\n    return sum(prices)\n\ndef checkout(prices):\n    return total(prices)\n"))
  (let ((default-directory folder)) (call-process "git" nil nil nil "init" "-q"))
  (add-to-list 'eglot-server-programs (cons 'python-mode server))
  (find-file file)
  (python-mode)
  (apply #'eglot--connect (eglot--guess-contact))
  (let ((connection (until "the server is attached" #'eglot-current-server)))
    (goto-char (point-min))
    (search-forward "def to")
    (until "the hover tells the calls"
           (lambda ()
             (let ((hover (jsonrpc-request connection :textDocument/hover (eglot--TextDocumentPositionParams))))
               (and hover (string-match-p "1 call in 1 file" (format "%s" hover))))))
    (goto-char (point-min))
    (let* ((place (eglot--pos-to-lsp-position))
           (actions (jsonrpc-request
                     connection :textDocument/codeAction
                     (list :textDocument (eglot--TextDocumentIdentifier)
                           :range (list :start place :end place)
                           :context '(:diagnostics [])))))
      (unless (string-match-p "Create a task from this TODO" (format "%s" actions))
        (error "no action for the TODO: %s" actions)))
    (eglot-shutdown connection))
  (delete-directory folder t)
  (message "Emacs: attach, hover and code action work"))
